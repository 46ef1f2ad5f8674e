#include "git/mirror.hpp"

#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

namespace diorama::git {

namespace {

constexpr std::string_view doubt_mark = "doubted";

std::string kept_name(const ObjectId& commit)
{
    return fmt::format("refs/diorama/commits/{}", commit.text());
}

/// What a fetch that was cut short leaves behind: half a pack, and locks that would stop the next.
bool is_left_over(const std::filesystem::path& file)
{
    const auto name = file.filename().string();
    return name.starts_with("tmp_") || name.ends_with(".lock");
}

void sweep(const std::filesystem::path& folder)
{
    namespace fs = std::filesystem;
    std::vector<fs::path> left;
    std::error_code gone;  // A folder that is not there needs no sweeping.
    for (const auto& file : fs::directory_iterator(folder, gone))
        left.push_back(file.path());
    for (const auto* inner : {"refs", "objects"}) {
        for (const auto& file : fs::recursive_directory_iterator(folder / inner, gone))
            left.push_back(file.path());
    }
    for (const auto& file : left) {
        if (is_left_over(file)) fs::remove(file, gone);
    }
}

}  // namespace

Command Mirror::command(std::vector<std::string> words, const Remote* remote) const
{
    Command hardened = git_->command(std::move(words), folder_, remote);
    // Said, not searched for: a broken mirror must not make git take a repository around it.
    hardened.environment["GIT_DIR"] = folder_.string();
    return hardened;
}

Task<Result<std::string>> Mirror::run(
    std::vector<std::string> words, CommandLimits limits, std::stop_token stop, std::string input
) const
{
    Command running = command(std::move(words));
    running.limits = limits;
    running.input = std::move(input);
    auto finished = co_await run_command(git_->scheduler(), std::move(running), std::move(stop));
    if (!finished) co_return finished.error();
    if (!finished->succeeded()) co_return explain(*finished);
    co_return std::move(finished->output);
}

Task<Result<>> Mirror::prepare(std::stop_token stop) const
{
    const auto sweep_and_look = [this] {
        std::filesystem::create_directories(folder_);
        sweep(folder_);
        return std::filesystem::exists(folder_ / "HEAD");
    };
    const bool made_before = co_await blocking(git_->scheduler(), sweep_and_look);
    if (made_before) co_return ok();
    const auto made = co_await run(
        {"init", "--quiet", "--bare", "--template=", "--object-format=sha1"}, {}, std::move(stop)
    );
    if (!made) co_return made.error();
    co_return ok();
}

Task<Result<bool>> Mirror::is_sound(std::stop_token stop) const
{
    const CommandLimits limits{.time = minutes{10}};
    const auto checked =
        co_await run({"fsck", "--full", "--no-dangling", "--no-progress"}, limits, std::move(stop));
    if (!checked &&
        (checked.error().code == Code::cancelled || checked.error().code == Code::timed_out))
        co_return checked.error();
    if (checked) std::filesystem::remove(folder_ / doubt_mark);
    co_return checked.has_value();
}

void Mirror::doubt() const
{
    std::ofstream(folder_ / doubt_mark) << "something here could not be read\n";
}

bool Mirror::is_doubted() const
{
    return std::filesystem::exists(folder_ / doubt_mark);
}

Task<Result<bool>> Mirror::has(ObjectId commit, std::stop_token stop) const
{
    // The name is made last, when all objects are here.
    const auto found = co_await run(
        {"for-each-ref", "--count=1", "--format=%(objectname)", kept_name(commit)},
        {},
        std::move(stop)
    );
    if (!found) co_return found.error();
    co_return found->starts_with(commit.text());
}

Task<Result<>> Mirror::fetch(Remote remote, Tip tip, Limits limits, std::stop_token stop) const
{
    const std::string incoming = "refs/diorama/incoming";
    const std::string wanted = tip.ref ? tip.ref->text() : tip.commit.text();
    Command fetching = command(
        {"fetch",
         "--quiet",
         "--depth=1",
         "--no-tags",
         "--no-write-fetch-head",
         "--no-auto-maintenance",
         "--end-of-options",
         remote.location.text(),
         fmt::format("+{}:{}", wanted, incoming)},
        &remote
    );
    fetching.limits.time = limits.time;
    fetching.limits.file = limits.pack;
    const auto finished = co_await run_command(git_->scheduler(), std::move(fetching), stop);
    const auto tidy = [this] { sweep(folder_); };
    co_await blocking(git_->scheduler(), tidy);
    if (!finished) co_return finished.error().during("fetch " + display(remote.location.text()));
    if (!finished->succeeded()) co_return explain(*finished, &remote.location);

    const auto came = co_await run(
        {"rev-parse", "--verify", "--end-of-options", incoming + "^{commit}"}, {}, stop
    );
    if (!came && came.error().code != Code::unavailable) co_return came.error();
    if (!came) {
        co_return Error{
            Code::invalid,
            fmt::format("{} is no commit", display(wanted)),
            "Name a branch or a commit."
        };
    }
    if (!came->starts_with(tip.commit.text())) {
        co_return Error{
            Code::conflict,
            fmt::format("{} no longer stands at {}", display(wanted), tip.commit.brief()),
            "Ask again for its newest commit."
        };
    }
    const auto kept =
        co_await run({"update-ref", kept_name(tip.commit), tip.commit.text()}, {}, std::move(stop));
    if (!kept) co_return kept.error();
    co_return ok();
}

Task<Result<Commit>> Mirror::commit(ObjectId id, std::stop_token stop) const
{
    constexpr std::uint64_t longest = 1U << 20;
    const auto raw =
        co_await run({"cat-file", "commit", id.text()}, {.output = longest}, std::move(stop));
    if (!raw) co_return raw.error().during(fmt::format("read commit {}", id.brief()));
    co_return parse_commit(id, *raw);
}

Task<Result<std::vector<TreeEntry>>>
Mirror::list(ObjectId tree, std::uint64_t most, milliseconds time, std::stop_token stop) const
{
    const CommandLimits limits{.output = most, .time = time};
    const auto listing = co_await run(
        {"ls-tree", "-r", "-t", "-z", "-l", "--full-tree", tree.text()}, limits, std::move(stop)
    );
    if (!listing) co_return listing.error();
    co_return parse_tree(*listing);
}

Task<Result<std::string>>
Mirror::read(ObjectId blob, std::uint64_t most, milliseconds time, std::stop_token stop) const
{
    const CommandLimits limits{.output = most, .time = time};
    co_return co_await run({"cat-file", "blob", blob.text()}, limits, std::move(stop));
}

Result<BlobStream>
Mirror::stream(const std::vector<ObjectId>& blobs, milliseconds time, std::stop_token stop) const
{
    Command reading = command({"cat-file", "--batch", "--buffer"});
    reading.limits.time = time;
    for (const ObjectId& id : blobs)
        reading.input += id.text() + "\n";
    auto process = Process::start(std::move(reading), std::move(stop));
    if (!process) return process.error();
    (*process)->end_input();
    return BlobStream(git_->scheduler(), std::move(*process), blobs.size());
}

Task<Result<>> Mirror::keep_only(std::vector<ObjectId> commits, std::stop_token stop) const
{
    const auto names =
        co_await run({"for-each-ref", "--format=%(refname)", "refs/diorama"}, {}, stop);
    if (!names) co_return names.error();
    std::string orders;
    for (std::size_t from = 0; from < names->size();) {
        const auto end = names->find('\n', from);
        const auto name = names->substr(from, end - from);
        const auto is_wanted = [&](const ObjectId& id) { return name == kept_name(id); };
        if (std::ranges::none_of(commits, is_wanted)) orders += fmt::format("delete {}\n", name);
        from = end + 1;
    }
    if (orders.empty()) co_return ok();
    const auto dropped = co_await run({"update-ref", "--stdin"}, {}, stop, std::move(orders));
    if (!dropped) co_return dropped.error();
    co_return ok();
}

Task<Result<>> Mirror::compact(std::stop_token stop) const
{
    const CommandLimits limits{.time = minutes{10}};
    const auto repacked =
        co_await run({"repack", "-a", "-d", "--quiet", "--no-write-bitmap-index"}, limits, stop);
    if (!repacked) co_return repacked.error();
    const auto pruned = co_await run({"prune", "--expire=now"}, limits, std::move(stop));
    if (!pruned) co_return pruned.error();
    co_return ok();
}

Task<std::uint64_t> Mirror::size() const
{
    const auto work = [folder = folder_ / "objects"] {
        std::uint64_t bytes = 0;
        std::error_code gone;  // What is removed while we look takes no room.
        for (auto each = std::filesystem::recursive_directory_iterator(folder, gone);
             !gone && each != std::filesystem::recursive_directory_iterator();
             each.increment(gone)) {
            std::error_code unread;
            const auto size = each->is_regular_file(unread) ? each->file_size(unread) : 0;
            if (!unread) bytes += size;
        }
        return bytes;
    };
    co_return co_await blocking(git_->scheduler(), work);
}

Task<Result<std::vector<BlobStream::Piece>>> BlobStream::next(std::size_t wanted)
{
    const auto work = [this, wanted] { return read(wanted); };
    co_return co_await blocking(*scheduler_, work);
}

Result<std::vector<BlobStream::Piece>> BlobStream::read(std::size_t wanted)
{
    std::vector<Piece> pieces;
    std::size_t bytes = 0;
    while (object_ < count_ && bytes < wanted) {
        auto piece = read_piece();
        if (!piece) return piece.error();
        bytes += piece->bytes.size() + 64;  // So that empty files count.
        pieces.push_back(std::move(*piece));
    }
    return pieces;
}

/// "<id> blob <size>", a newline, the bytes, a newline (git-cat-file, "batch output").
Result<BlobStream::Piece> BlobStream::read_piece()
{
    constexpr std::uint64_t most = std::uint64_t{256} * 1024;
    if (!inside_) {
        const auto head = process_->read_line(200);
        if (!head) return head.error();
        const auto space = head->rfind(' ');
        const auto read =
            std::from_chars(head->data() + space + 1, head->data() + head->size(), size_);
        if (!head->contains(" blob ") || read.ec != std::errc())
            return Error{Code::unavailable, "git has no content for " + display(*head), ""};
        left_ = size_;
        inside_ = true;
    }
    Piece piece{.object = object_, .size = size_};
    auto bytes = process_->read_exactly(static_cast<std::size_t>(std::min(left_, most)));
    if (!bytes) return bytes.error();
    left_ -= bytes->size();
    piece.bytes = std::move(*bytes);
    piece.last = left_ == 0;
    if (!piece.last) return piece;
    const auto newline = process_->read_exactly(1);
    if (!newline) return newline.error();
    inside_ = false;
    ++object_;
    return piece;
}

}  // namespace diorama::git
