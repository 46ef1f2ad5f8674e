#include "logs/redactor.hpp"

#include "base/unicode.hpp"
#include "logs/encodings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace diorama {

namespace {

/// No line is held back for its shape beyond this.
constexpr std::size_t longest_held_line = std::size_t{16} * 1024;

/// Where the first line break or NUL is; `text.size()` when there is none.
std::size_t looked_through(std::string_view text)
{
    auto size = text.size();
    for (const char c : {'\n', '\r', '\0'})
        if (const void* found = std::memchr(text.data(), c, size))
            size = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    return size;
}

}  // namespace

SecretSet::Parts SecretSet::parts(const std::vector<NamedSecret>& secrets)
{
    Parts all;
    for (const NamedSecret& secret : secrets) {
        for (auto& text : encodings(secret.value.reveal())) {
            all.texts.push_back(std::move(text));
            all.markers.push_back(fmt::format("[secret {}]", display(secret.name, 64)));
        }
    }
    const auto& triggers = Shapes::triggers();
    all.texts.insert(all.texts.end(), triggers.begin(), triggers.end());
    return all;
}

SecretSet::SecretSet(const std::vector<NamedSecret>& secrets) : SecretSet(parts(secrets)) {}

void Redactor::feed(std::string_view bytes, std::string& out)
{
    take(bytes);
    release(false, out);
}

void Redactor::finish(std::string& out)
{
    release(true, out);
}

void Redactor::take(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto size = looked_through(bytes);
        text_.append(bytes.substr(0, size));
        if (size == bytes.size()) return;
        if (bytes[size] != '\0') breaks_.push_back({text_.size(), bytes[size]});
        bytes.remove_prefix(size + 1);
    }
}

bool Redactor::broken(const Patterns::Hit& hit) const
{
    const auto next = std::ranges::upper_bound(breaks_, hit.begin, {}, &Break::at);
    return next != breaks_.end() && next->at < hit.end;
}

/// Where the line begins that `at` is in.
std::size_t Redactor::line_of(std::size_t at) const
{
    for (auto each = breaks_.rbegin(); each != breaks_.rend(); ++each)
        if (each->what == '\n' && each->at <= at) return each->at;
    return 0;
}

/// A line in which a shape may have begun is not let out before all of it is decided.
std::size_t Redactor::shape_hold(std::size_t decided) const
{
    const auto line = line_of(decided);
    if (text_.size() - line > longest_held_line) return decided;
    if (shapes_.inside()) return std::min(line, decided);
    for (const auto& hit : hits_) {
        const bool undecided = line <= hit.begin && hit.begin < decided;
        if (undecided && secrets_->is_trigger(hit.pattern)) return hit.begin;
    }
    return decided;
}

void Redactor::release(bool all, std::string& out)
{
    hits_.clear();
    const auto decided = secrets_->patterns().scan(text_, line_of(text_.size()), hits_);
    const auto line = line_of(decided);
    if (all) {
        write(text_.size(), out);
    } else if (line != 0) {
        // What has an end goes first: it may say that the rest is in a private key.
        write(line, out);
        release(false, out);
    } else {
        write(shape_hold(decided), out);
    }
}

void Redactor::close_line(std::string& out)
{
    if (mark_ == std::string::npos || mark_ == out.size()) {
        mark_ = std::string::npos;
        return;
    }
    const char before = mark_ == 0 ? last_ : out[mark_ - 1];
    const auto part = out.substr(mark_);
    out.resize(mark_);
    out += shapes_.clean(part, before);
    mark_ = std::string::npos;
}

void Redactor::write_break(std::string& out)
{
    const char what = breaks_[next_break_++].what;
    if (what == '\n') close_line(out);
    out.push_back(what);
    if (what == '\n' && shapes_.inside()) mark_ = out.size();
}

/// Copies text with the breaks in it; one that stands at `to` goes out, too.
void Redactor::copy(std::size_t from, std::size_t to, std::string& out)
{
    while (next_break_ < breaks_.size() && breaks_[next_break_].at <= to) {
        const auto at = std::max(breaks_[next_break_].at, from);
        out.append(text_, from, at - from);
        write_break(out);
        from = at;
    }
    out.append(text_, from, to - from);
}

void Redactor::write(std::size_t decided, std::string& out)
{
    const auto start = out.size();
    next_break_ = 0;
    mark_ = shapes_.inside() ? start : std::string::npos;
    // Up to here everything is written, or stands behind a marker.
    std::size_t done = covered_;
    for (const auto& hit : hits_) {
        if (hit.begin >= decided) break;
        if (secrets_->is_trigger(hit.pattern)) {
            if (hit.begin < done || broken(hit)) continue;
            copy(done, hit.begin, out);
            done = hit.begin;
            if (mark_ == std::string::npos) mark_ = out.size();
            continue;
        }
        if (hit.begin >= done) {
            copy(done, hit.begin, out);
            out += secrets_->marker(hit.pattern);
        }
        done = std::max(done, hit.end);
    }
    if (done < decided) {
        copy(done, decided, out);
    } else {
        while (next_break_ < breaks_.size() && breaks_[next_break_].at <= decided)
            write_break(out);
    }
    close_line(out);
    if (out.size() > start) last_ = out.back();
    forget(decided, std::max(done, decided));
}

void Redactor::forget(std::size_t decided, std::size_t covered_end)
{
    text_.erase(0, decided);
    breaks_.erase(breaks_.begin(), breaks_.begin() + static_cast<std::ptrdiff_t>(next_break_));
    for (Break& each : breaks_)
        each.at -= decided;
    covered_ = covered_end - decided;
}

std::string redacted(const std::shared_ptr<const SecretSet>& secrets, std::string_view text)
{
    Redactor redactor(secrets);
    std::string out;
    redactor.feed(text, out);
    redactor.finish(out);
    return out;
}

}  // namespace diorama
