#include "driver/docker_content.hpp"

#include "base/tar.hpp"

namespace diorama {

namespace {

/// Chunks as net reads a body.
class ChunkStream final : public ByteStream {
public:
    explicit ChunkStream(Chunks next) : next_(std::move(next)) {}
    Task<Result<std::optional<std::string>>> next() override
    {
        for (;;) {
            auto piece = co_await next_();
            if (!piece || !*piece || !(*piece)->empty()) co_return piece;
        }
    }

private:
    Chunks next_;
};

/// An archive with one entry without content, or with none.
std::string small_tar(const std::optional<TarEntry>& entry)
{
    TarWriter tar;
    if (entry) {
        const auto begun = tar.begin(*entry);
        if (!begun) return {};
    }
    const auto finished = tar.finish();
    return finished ? tar.take() : std::string{};
}

Task<Result<>>
put(docker::Engine& engine,
    std::string container,
    std::string path,
    std::optional<TarEntry> entry,
    std::stop_token stop)
{
    auto tar = docker::one_piece(small_tar(entry));
    co_return co_await engine.put_archive(container, path, std::move(tar), stop);
}

/// Makes `path` and what is missing above it. An empty archive asks whether a folder is there
/// without touching its mode or owner.
Task<Result<>>
ensure_folder(docker::Engine& engine, std::string container, std::string path, std::stop_token stop)
{
    const auto there = co_await put(engine, container, path, std::nullopt, stop);
    if (there || there.error().code != Code::not_found || path.size() < 2) co_return there;

    const auto slash = path.rfind('/');
    const std::string parent = slash == 0 ? "/" : path.substr(0, slash);
    const auto above = co_await ensure_folder(engine, container, parent, stop);
    if (!above) co_return above.error();
    const TarEntry folder{
        .path = path.substr(slash + 1), .kind = TarEntry::Kind::directory, .mode = 0755
    };
    co_return co_await put(engine, container, parent, folder, stop);
}

Task<Result<bool>> is_seeded(docker::Engine& engine, std::string container, std::string folder)
{
    const std::string mark = fmt::format("{}/{}", folder, seed_mark);
    const auto found = co_await engine.get_archive(container, mark, 64U << 10);
    if (found) co_return true;
    if (found.error().code == Code::not_found) co_return false;
    co_return found.error();
}

Task<Result<>>
lay(docker::Engine& engine, std::string container, Content content, std::stop_token stop)
{
    const bool seed = !content.volume.empty();
    if (seed) {
        const auto seeded = co_await is_seeded(engine, container, content.target);
        if (!seeded) co_return seeded.error();
        if (*seeded) co_return ok();
    }
    const auto folder = co_await ensure_folder(engine, container, content.target, stop);
    if (!folder) co_return folder.error();
    auto tar = std::make_unique<ChunkStream>(content.open());
    const auto laid = co_await engine.put_archive(container, content.target, std::move(tar), stop);
    if (!laid || !seed) co_return laid;
    const TarEntry mark{.path = std::string(seed_mark), .mode = 0444};
    co_return co_await put(engine, container, content.target, mark, stop);
}

}  // namespace

Task<Result<>> fill(
    docker::Engine& engine,
    std::string container,
    std::vector<Content> contents,
    std::stop_token stop
)
{
    for (const Content& content : contents) {
        if (!content.open) continue;
        const auto laid = co_await lay(engine, container, content, stop);
        if (!laid) co_return laid.error().during("copy content to " + content.target);
    }
    co_return ok();
}

}  // namespace diorama
