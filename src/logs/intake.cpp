#include "logs/intake.hpp"

#include <fmt/format.h>

namespace diorama {

LineIntake::LineIntake(
    EnvironmentId environment, LogLimits limits, std::shared_ptr<const SecretSet> secrets
)
    : environment_(environment),
      limits_(limits),
      secrets_(std::move(secrets)),
      lines_(limits.lines_per_second, limits.lines_at_once),
      bytes_(limits.bytes_per_second, limits.bytes_at_once)
{}

void LineIntake::set_secrets(std::shared_ptr<const SecretSet> secrets)
{
    for (auto& [source, stream] : streams_)
        end(source, stream);
    streams_.clear();
    secrets_ = std::move(secrets);
}

bool LineIntake::admit(std::size_t bytes, Instant now)
{
    lines_.fill(now);
    bytes_.fill(now);
    const auto size = static_cast<double>(bytes);
    const bool fits = lines_.has(1) && bytes_.has(size) && queue_.size() < limits_.queue;
    if (!fits) {
        ++dropped_;
        return false;
    }
    lines_.spend(1);
    bytes_.spend(size);
    return true;
}

void LineIntake::take(LogLine line, Instant now)
{
    // Before the redactor: a flood must cost next to nothing.
    if (!admit(line.message.size(), now)) return;
    Source source{line.type, std::move(line.service), std::move(line.stream), line.deployment};
    auto& stream = streams_.try_emplace(source, secrets_).first->second;
    const auto breaks = std::ranges::count(line.message, '\n');
    stream.waiting.push_back({line.at, static_cast<std::size_t>(breaks) + 1});
    stream.fresh = true;

    line.message.push_back('\n');
    clean_.clear();
    stream.redactor.feed(line.message, clean_);
    queue(source, stream);
}

void LineIntake::queue(const Source& source, Stream& stream)
{
    cut_.clear();
    stream.lines.feed(clean_, cut_);
    for (auto& message : cut_) {
        auto& waiting = stream.waiting.front();
        const auto& [type, service, name, deployment] = source;
        queue_.push_back({
            .environment = environment_,
            .deployment = deployment,
            .type = type,
            .service = service,
            .stream = name,
            .message = std::move(message),
            .at = waiting.at,
        });
        if (--waiting.lines == 0) stream.waiting.pop_front();
    }
}

void LineIntake::end(const Source& source, Stream& stream)
{
    clean_.clear();
    stream.redactor.finish(clean_);
    queue(source, stream);
}

void LineIntake::say(Instant now, std::string message)
{
    queue_.push_back({
        .environment = environment_,
        .type = LogType::system,
        .message = std::move(message),
        .at = now,
    });
}

void LineIntake::confess(Instant now)
{
    confessed_at_ = now;
    if (dropped_ != 0)
        say(now,
            fmt::format(
                "{} lines dropped: more than {:.0f} lines or {:.0f} KiB a second",
                dropped_,
                limits_.lines_per_second,
                limits_.bytes_per_second / 1024
            ));
    if (lost_ != 0) say(now, fmt::format("{} lines lost: they could not be stored", lost_));
    dropped_ = 0;
    lost_ = 0;
}

void LineIntake::settle(Instant now)
{
    for (auto each = streams_.begin(); each != streams_.end();) {
        auto& [source, stream] = *each;
        if (!std::exchange(stream.fresh, false) && stream.redactor.holds()) end(source, stream);
        each = stream.redactor.idle() ? streams_.erase(each) : std::next(each);
    }
    if (now - confessed_at_ >= seconds{1}) confess(now);
}

void LineIntake::finish(Instant now)
{
    for (auto& [source, stream] : streams_)
        end(source, stream);
    streams_.clear();
    confess(now);
}

std::vector<LogLine> LineIntake::next(std::size_t count)
{
    const auto size = std::min(count, queue_.size());
    const auto middle = queue_.begin() + static_cast<std::ptrdiff_t>(size);
    std::vector<LogLine> lines(std::move_iterator(queue_.begin()), std::move_iterator(middle));
    queue_.erase(queue_.begin(), middle);
    return lines;
}

void LineIntake::put_back(std::vector<LogLine> lines)
{
    queue_.insert(
        queue_.begin(), std::move_iterator(lines.begin()), std::move_iterator(lines.end())
    );
}

}  // namespace diorama
