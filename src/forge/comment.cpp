#include "forge/comment.hpp"

#include "base/duration.hpp"
#include "base/instant.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "forge/limits.hpp"
#include "forge/markdown.hpp"
#include "model/environment.hpp"

#include <algorithm>

namespace diorama {

namespace {

using namespace markdown;

constexpr std::size_t log_lines = 15;
constexpr std::size_t rows_limit = 30;
constexpr std::size_t notes_limit = 5;

/// A sentence for the middle of another: without its full stop.
std::string_view clause(std::string_view sentence)
{
    sentence = trim(sentence);
    while (sentence.ends_with('.'))
        sentence.remove_suffix(1);
    return sentence.empty() ? "the cause is not known" : sentence;
}

/// How the parts of an answer are written: Markdown in a comment, plain text in a status.
struct Writer {
    bool plain = false;

    std::string strong(std::string_view words) const
    {
        return plain ? std::string(words) : fmt::format("**{}**", words);
    }
    std::string commit(std::string_view id, std::string_view url = "") const
    {
        if (id.empty()) return "the newest commit";
        const std::string shown(short_commit(id));
        return plain ? shown : linked(shown, url);
    }
    std::string address(std::string_view url) const
    {
        return plain ? std::string("its address") : markdown::address(url);
    }
    std::string words(std::string_view typed) const
    {
        return plain ? display(typed, description_limit) : prose(typed);
    }
};

bool update_failed(const Report& report)
{
    return !report.cause.empty() && !report.previous.empty() &&
           (report.state == State::ready || report.state == State::asleep);
}

/// To the minute: how long others take is never known better.
std::string expected(const std::optional<Instant>& start)
{
    if (!start) return "";
    const std::string time = format_instant(*start);
    return fmt::format(", expected to start at {} UTC", time.substr(11, 5));
}

/// How far the commit came that is not up yet. A status has no numbers: each would be one more of
/// the thousand that GitHub takes for a commit.
std::string progress(const Report& report, const Writer& writer)
{
    const auto commit = writer.commit(report.commit, report.commit_url);
    const auto place = [&](std::optional<std::size_t> number) -> std::string {
        if (!number || writer.plain) return "";
        if (*number <= 1) return ", next in the queue";
        return fmt::format(", number {} in the queue", *number);
    };
    if (!report.waits.empty() && writer.plain) return commit + " waits for a place";
    if (!report.waits.empty())
        return fmt::format(
            "{} waits for a place{}: {}", commit, place(report.position), writer.words(report.waits)
        );
    if (report.build_position)
        return fmt::format("{} waits to be built{}", commit, place(report.build_position));
    if (report.position || report.state == State::pending)
        return fmt::format(
            "{} is accepted{}{}",
            commit,
            place(report.position),
            writer.plain ? "" : expected(report.start)
        );
    return "building " + commit;
}

std::string ready_answer(const Report& report, const Writer& writer)
{
    if (update_failed(report))
        return fmt::format(
            "{} at {}, but {} failed: {}.",
            writer.strong("Preview " + std::string(name(report.state))),
            writer.commit(report.previous, report.previous_url),
            writer.commit(report.commit, report.commit_url),
            writer.words(clause(report.cause))
        );
    if (report.state == State::asleep)
        return fmt::format(
            "{}: {} wakes it.",
            writer.strong("Preview asleep"),
            report.url.empty() ? "a visit" : "a visit to " + writer.address(report.url)
        );
    if (writer.plain) return fmt::format("Preview ready at {}.", writer.commit(report.commit));
    if (report.url.empty()) return writer.strong("Preview ready") + ": no service of it is routed.";
    return fmt::format("{}: {}", writer.strong("Preview ready"), writer.address(report.url));
}

std::string destroyed_answer(const Report& report, const Writer& writer)
{
    std::vector<std::string> parts;
    if (!report.ended.empty()) parts.push_back(writer.words(report.ended));
    if (report.lived) parts.push_back("removed after " + human_duration(*report.lived));
    const auto gone = writer.strong("Preview destroyed");
    return parts.empty() ? gone + "." : fmt::format("{}: {}.", gone, join(parts, ", "));
}

/// What people want to know, in one line.
std::string answer(const Report& report, const Writer& writer)
{
    const auto commit = writer.commit(report.commit, report.commit_url);
    switch (report.state) {
        case State::pending:
            return fmt::format(
                "{}: {}.", writer.strong("Preview pending"), progress(report, writer)
            );
        case State::awaiting_approval:
            return fmt::format(
                "{}: {} runs once somebody with write permission approves it.",
                writer.strong("Preview awaiting approval"),
                commit
            );
        case State::provisioning:
            return fmt::format(
                "{}: {}.", writer.strong("Preview provisioning"), progress(report, writer)
            );
        case State::updating:
            return fmt::format(
                "{}: {}{}.",
                writer.strong("Preview updating"),
                progress(report, writer),
                report.previous.empty()
                    ? ""
                    : fmt::format(
                          ", {} still serves", writer.commit(report.previous, report.previous_url)
                      )
            );
        case State::ready:
        case State::asleep: return ready_answer(report, writer);
        case State::failed:
            return fmt::format(
                "{}: {}.", writer.strong("Preview failed"), writer.words(clause(report.cause))
            );
        case State::destroying:
            return fmt::format(
                "{}: it is taken down{}{}.",
                writer.strong("Preview destroying"),
                report.ended.empty() ? "" : ", ",
                writer.words(report.ended)
            );
        case State::destroyed: return destroyed_answer(report, writer);
    }
    std::abort();
}

bool has_services(const Report& report)
{
    const auto gone = {State::destroying, State::destroyed, State::awaiting_approval};
    if (report.state == State::awaiting_approval && !report.previous.empty())
        return !report.services.empty();
    return !report.services.empty() && std::ranges::find(gone, report.state) == gone.end();
}

std::string table(const std::vector<Report::Service>& services)
{
    std::string rows = "| Service | URL | State |\n|---|---|---|";
    for (std::size_t i = 0; i < std::min(services.size(), rows_limit); ++i) {
        const auto& [service, url, state] = services[i];
        rows += fmt::format(
            "\n| {} | {} | {} |",
            prose(service, cell_limit),
            markdown::address(url),
            prose(state, cell_limit)
        );
    }
    if (services.size() > rows_limit)
        rows += fmt::format("\n| {} more | | |", services.size() - rows_limit);
    return rows;
}

std::string commit_line(const Report& report)
{
    auto line = fmt::format("Commit {}", linked(short_commit(report.commit), report.commit_url));
    if (!report.slug.empty()) line += fmt::format(", environment {}", code(report.slug));
    if (report.phases.empty()) return line + ".";
    milliseconds total{};
    std::vector<std::string> parts;
    for (const auto& [phase, took] : report.phases) {
        total += took;
        if (took > milliseconds{0})
            parts.push_back(fmt::format("{} {}", prose(phase, 40), human_duration(took)));
    }
    line += fmt::format(", took {}", human_duration(total));
    return parts.empty() ? line + "." : fmt::format("{}: {}.", line, join(parts, ", "));
}

std::string log_fold(const std::vector<std::string>& log)
{
    const auto first = log.size() - std::min(log.size(), log_lines);
    const std::vector<std::string> last(
        log.begin() + static_cast<std::ptrdiff_t>(first), log.end()
    );
    return fmt::format(
        "<details><summary>{}</summary>\n\n{}\n\n</details>",
        last.size() == 1 ? "The last line of the log"
                         : fmt::format("The last {} lines of the log", last.size()),
        fence("text", join(last, "\n"))
    );
}

/// Who asked for what in a comment, and what came of it.
std::string asked_line(const Report::Asked& asked)
{
    return fmt::format(
        "{} wrote {}: {}.",
        prose(asked.by, cell_limit),
        code(asked.command),
        prose(clause(asked.outcome))
    );
}

std::string approval_part(const Report& report)
{
    std::string text = prose(report.approval);
    if (report.approve_command.empty()) return text;
    if (!text.empty()) text += "\n\n";
    return text + "To run exactly this commit, read it, then comment:\n\n" +
           fence("", report.approve_command);
}

}  // namespace

std::string comment_marker(const Report& report)
{
    const auto safe = [](std::string text) {
        std::erase_if(text, [](char c) { return std::string_view("<>! \r\n\t").contains(c); });
        return text;
    };
    return fmt::format(
        "<!-- diorama:{}:{} -->", safe(report.installation), safe(report.environment)
    );
}

std::string comment_text(const Report& report)
{
    std::vector<std::string> parts;
    const auto add = [&parts](bool wanted, const auto& make) {
        if (wanted) parts.push_back(make());
    };
    const bool failed = report.state == State::failed || update_failed(report);
    const bool gone = report.state == State::destroyed;

    add(true, [&] { return answer(report, {}) + " " + comment_marker(report); });
    add(report.state == State::awaiting_approval, [&] { return approval_part(report); });
    add(has_services(report), [&] { return table(report.services); });
    add(!report.commit.empty(), [&] { return commit_line(report); });
    add(report.asked.has_value(), [&] { return asked_line(*report.asked); });
    for (std::size_t i = 0; i < std::min(report.notes.size(), notes_limit); ++i)
        add(!gone, [&] { return prose(report.notes[i]); });
    add(failed && !report.log.empty(), [&] { return log_fold(report.log); });
    add(failed && !report.reproduce.empty(),
        [&] { return "To see it again:\n\n" + fence("shell", report.reproduce); });
    add(gone && !report.revive.empty(), [&] {
        return "A push puts it up again, and so do opening the pull request anew, a comment that "
               "says `/preview`, and:\n\n" +
               fence("shell", report.revive);
    });
    add((failed || gone) && !report.log_command.empty(), [&] {
        return (gone ? "Its logs are kept:\n\n" : "The whole log:\n\n") +
               fence("shell", report.log_command);
    });
    std::erase(parts, "");
    return join(parts, "\n\n") + "\n";
}

std::string one_line(const Report& report)
{
    return shortened(answer(report, {.plain = true}), description_limit);
}

CommitStatus status_of(const Report& report)
{
    CommitStatus status{
        .context = "diorama/preview",
        .description = one_line(report),
        .target_url = report.url,
    };
    switch (report.state) {
        case State::ready:
        case State::asleep:
            status.state =
                update_failed(report) ? CommitStatus::State::failure : CommitStatus::State::success;
            break;
        case State::destroying:
        case State::destroyed:
            status.state = CommitStatus::State::success;
            status.target_url.clear();
            break;
        case State::failed: status.state = CommitStatus::State::failure; break;
        default: status.state = CommitStatus::State::pending;
    }
    return status;
}

ForgeDeployment deployment_of(const Report& report)
{
    using enum ForgeDeployment::State;
    ForgeDeployment told{.environment_url = report.url, .description = one_line(report)};
    switch (report.state) {
        case State::pending:
        case State::awaiting_approval: told.state = queued; break;
        case State::provisioning:
        case State::updating: told.state = in_progress; break;
        case State::ready:
        case State::asleep: told.state = update_failed(report) ? failure : success; break;
        case State::failed: told.state = failure; break;
        case State::destroying:
        case State::destroyed: told.state = inactive; break;
    }
    if (told.state == inactive || told.state == queued) told.environment_url.clear();
    return told;
}

}  // namespace diorama
