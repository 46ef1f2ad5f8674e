#include "cli/demo/shop.hpp"

#include "base/spawn.hpp"
#include "base/text.hpp"

#include <elf.h>
#include <fstream>
#include <iterator>
#include <set>

namespace diorama::cli {

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Result<> write(const fs::path& file, std::string_view text)
{
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (out) return ok();
    return Error{
        Code::unavailable,
        fmt::format("{} cannot be written", file.string()),
        "Make room in the folder for temporary files, or name another one with TMPDIR."
    };
}

/// Scripts are told by their first line: the mode of a file does not survive compiling it in.
Result<> write_shop_file(const fs::path& folder, const ShopFile& file)
{
    const auto written = write(folder / file.path, file.text);
    if (!written || !file.text.starts_with("#!")) return written;
    constexpr auto run = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
    fs::permissions(folder / file.path, run, fs::perm_options::add);
    return ok();
}

/// True for an ELF program (elf(5)) that names no loader.
bool is_static(const fs::path& program)
{
    std::ifstream in(program, std::ios::binary);
    Elf64_Ehdr head{};
    in.read(reinterpret_cast<char*>(&head), sizeof head);
    if (!in || std::string_view(reinterpret_cast<char*>(head.e_ident), SELFMAG) != ELFMAG)
        return false;
    in.seekg(static_cast<std::streamoff>(head.e_phoff));
    for (int i = 0; i < head.e_phnum; ++i) {
        Elf64_Phdr part{};
        in.read(reinterpret_cast<char*>(&part), sizeof part);
        if (!in || part.p_type == PT_INTERP) return false;
    }
    return true;
}

}  // namespace

Result<fs::path> static_busybox()
{
    for (const char* candidate : {"/bin/busybox", "/usr/bin/busybox", "/usr/local/bin/busybox"}) {
        if (is_static(candidate)) return fs::path(candidate);
    }
    return Error{
        Code::not_found,
        "there is no static busybox on this machine, of which the example's images are made",
        "Install the package busybox-static."
    };
}

DemoShop::DemoShop(Scheduler& scheduler, fs::path folder)
    : scheduler_(scheduler),
      folder_(std::move(folder))
{}

Task<Result<>> DemoShop::create(std::stop_token stop)
{
    const auto busybox = static_busybox();
    if (!busybox) co_return busybox.error();
    for (const ShopFile& file : embedded_shop()) {
        const auto written = write_shop_file(folder_, file);
        if (!written) co_return written.error();
        const fs::path path(file.path);
        if (path.filename() != "Dockerfile") continue;
        const fs::path beside = folder_ / path.parent_path() / "busybox";
        fs::copy_file(*busybox, beside);
    }
    const auto made = co_await git({"init", "--quiet"}, stop);
    if (!made) co_return made.error();
    // Not `init --initial-branch`, which git knows since 2.28 only.
    const auto named = co_await git({"symbolic-ref", "HEAD", "refs/heads/main"}, stop);
    if (!named) co_return named.error();
    // In its own configuration, for people who commit here without telling git who they are.
    const auto called = co_await git({"config", "user.name", "A shopkeeper"}, stop);
    if (!called) co_return called.error();
    const auto reached = co_await git({"config", "user.email", "shop@localhost"}, stop);
    if (!reached) co_return reached.error();
    co_return co_await save("Open the shop", stop);
}

Task<Result<>> DemoShop::change_hours(std::string before, std::string after, std::stop_token stop)
{
    const std::string file(page_file);
    std::string text = content(folder_ / file);
    const auto at = text.find(before);
    if (at == std::string::npos)
        co_return Error{Code::invalid, fmt::format("'{}' does not stand in {}", before, file)};
    text.replace(at, before.size(), after);
    const auto written = write(folder_ / file, text);
    if (!written) co_return written.error();
    co_return co_await save("Change " + file, stop);
}

Task<Result<>> DemoShop::add(std::string file, std::string text, std::stop_token stop)
{
    const auto written = write(folder_ / file, text);
    if (!written) co_return written.error();
    co_return co_await save("Add " + file, stop);
}

Task<Result<>> DemoShop::go_to(std::string branch, std::string from, std::stop_token stop)
{
    std::vector<std::string> words{"checkout", "--quiet"};
    if (!from.empty()) words.emplace_back("-b");
    words.push_back(std::move(branch));
    if (!from.empty()) words.push_back(std::move(from));
    const auto gone = co_await git(std::move(words), stop);
    if (!gone) co_return gone.error();
    co_return co_await read_commit(stop);
}

Task<Result<>> DemoShop::push(std::string location, std::stop_token stop)
{
    const auto branch = co_await git({"symbolic-ref", "--short", "HEAD"}, stop);
    if (!branch) co_return branch.error();
    const std::string name(trim(*branch));
    const auto pushed =
        co_await git({"push", "--quiet", location, "HEAD:refs/heads/" + name}, stop);
    if (!pushed) co_return pushed.error();
    for (const auto& [key, value] : {
             std::pair{"remote", location            },
             {"merge",  "refs/heads/" + name}
    }) {
        const auto set =
            co_await git({"config", fmt::format("branch.{}.{}", name, key), value}, stop);
        if (!set) co_return set.error();
    }
    co_return ok();
}

Task<Result<>> DemoShop::save(std::string message, std::stop_token stop)
{
    const auto added = co_await git({"add", "--all"}, stop);
    if (!added) co_return added.error();
    const auto committed = co_await git({"commit", "--quiet", "--message", message}, stop);
    if (!committed) co_return committed.error();
    co_return co_await read_commit(stop);
}

Task<Result<>> DemoShop::read_commit(std::stop_token stop)
{
    auto head = co_await git({"rev-parse", "HEAD"}, stop);
    if (!head) co_return head.error();
    commit_ = std::string(trim(*head));
    co_return ok();
}

/// Runs git without anybody's configuration: a signing key or a hook of theirs has no business
/// here.
Task<Result<std::string>> DemoShop::git(std::vector<std::string> words, std::stop_token stop)
{
    Command command{
        .argv = {"git",                              "-C", folder_.string()},
        .environment =
            {{"GIT_CONFIG_GLOBAL", "/dev/null"},
                 {"GIT_CONFIG_SYSTEM", "/dev/null"},
                 {"GIT_TERMINAL_PROMPT", "0"}                              },
    };
    const std::string verb = words.front();
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    auto finished = co_await run_command(scheduler_, std::move(command), stop);
    if (!finished) co_return finished.error();
    if (finished->succeeded()) co_return std::move(finished->output);
    co_return Error{
        Code::unavailable, fmt::format("git {} failed: {}", verb, trim(finished->errors)), ""
    };
}

}  // namespace diorama::cli
