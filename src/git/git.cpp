#include "git/git.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace diorama::git {

namespace {

/// What every git command of ours is told, whatever the machine's own configuration says.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> hardening{
    {
     {"protocol.allow", "never"},  // The one it needs is opened again below.
        {"core.hooksPath", "/dev/null"},
     {"core.symlinks", "false"},
     {"core.fsmonitor", "false"},
     {"core.pager", "cat"},
     {"core.askPass", ""},
     {"core.bigFileThreshold", "16m"},  // Larger blobs are never whole in memory.
        {"credential.helper", ""},
     {"http.followRedirects", "false"},  // A redirect would choose another host.
        {"fetch.recurseSubmodules", "no"},
     {"fetch.unpackLimit", "1"},  // A file per fetch, not one per object.
        {"transfer.fsckObjects", "true"},
     {"transfer.bundleURI", "false"},
     {"gc.auto", "0"},
     {"maintenance.auto", "false"},
     // Harmless faults that old, honest repositories carry for ever.
        {"fetch.fsck.zeroPaddedFilemode", "ignore"},
     {"fetch.fsck.badTimezone", "ignore"},
     {"fetch.fsck.missingSpaceBeforeDate", "ignore"},
     {"init.defaultBranch", "main"},
     }
};

/// Words of an ssh command line that git gives to a shell: nothing from outside may stand here.
constexpr std::string_view ssh_words =
    "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oClearAllForwardings=yes -oForwardAgent=no "
    "-oPermitLocalCommand=no -oProxyCommand=none -oControlPath=none -oConnectTimeout=20";

/// Paths of the configuration may be quoted for that shell only when they need no quoting.
std::string ssh_path(const std::filesystem::path& path)
{
    const auto text = path.string();
    const auto fits = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("/._-").contains(c);
    };
    if (!text.starts_with('/') || !std::ranges::all_of(text, fits)) {
        throw std::invalid_argument(fmt::format(
            "the path {} of an ssh key or host list may hold letters, digits and /._- only",
            display(text)
        ));
    }
    return text;
}

std::string ssh_command(const Access& access)
{
    std::string words(ssh_words);
    if (!access.ssh_key.empty())
        words += fmt::format(" -oIdentitiesOnly=yes -oIdentityFile={}", ssh_path(access.ssh_key));
    if (!access.ssh_hosts.empty())
        words += fmt::format(" -oUserKnownHostsFile={}", ssh_path(access.ssh_hosts));
    return words;
}

/// git reads `GIT_CONFIG_COUNT` pairs from the environment, over all files: no value shows in a
/// list of processes.
class Settings {
public:
    explicit Settings(Command& command) : command_(command) {}
    ~Settings() { command_.environment["GIT_CONFIG_COUNT"] = std::to_string(count_); }
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;

    void set(std::string_view key, std::string_view value)
    {
        command_.environment[fmt::format("GIT_CONFIG_KEY_{}", count_)] = key;
        command_.environment[fmt::format("GIT_CONFIG_VALUE_{}", count_++)] = value;
    }
    void set_secret(std::string_view key, std::string value)
    {
        command_.environment[fmt::format("GIT_CONFIG_KEY_{}", count_)] = key;
        command_.secrets.insert_or_assign(
            fmt::format("GIT_CONFIG_VALUE_{}", count_++), Secret(std::move(value))
        );
    }

private:
    Command& command_;
    int count_ = 0;
};

void open(Settings& settings, const Remote& remote)
{
    const auto& location = remote.location;
    settings.set(fmt::format("protocol.{}.allow", name(location.scheme())), "always");
    settings.set("core.sshCommand", ssh_command(remote.access));
    const bool is_web = location.scheme() == Scheme::https || location.scheme() == Scheme::http;
    if (is_web && !remote.access.authorization.empty()) {
        settings.set_secret(
            fmt::format("http.{}.extraHeader", location.text()),
            fmt::format("Authorization: {}", remote.access.authorization.reveal())
        );
    }
}

/// What git says when it fails, and what that means for whoever asked.
struct Sign {
    std::string_view words;  ///< In lower case.
    Code code;
    std::string_view mend;
};

constexpr std::array<Sign, 18> signs{
    {
     {"authentication failed", Code::unauthorized, "Check the credentials of this repository."},
     {"could not read username",
         Code::unauthorized,
         "Check that the repository exists, and give its credentials in the configuration."},
     {"permission denied", Code::unauthorized, "Check the credentials of this repository."},
     {"returned error: 401", Code::unauthorized, "Check the credentials of this repository."},
     {"returned error: 403", Code::unauthorized, "Check the credentials of this repository."},
     {"host key verification", Code::unauthorized, "Add the host's key to the known hosts."},
     {"dubious ownership",
         Code::refused,
         "Make the repository's files belong to the user that Diorama runs as."},
     {"repository not found", Code::not_found, "Check the address and who may read it."},
     {"does not appear to be a git repository",
         Code::not_found,
         "Check the address and who may read it."},
     {"' not found", Code::not_found, "Check the address and who may read it."},
     {"does not exist", Code::not_found, "Check the address and who may read it."},
     {"couldn't find remote ref", Code::not_found, ""},
     {"not our ref", Code::not_found, "Name the branch or pull request that has it."},
     {"does not allow request for unadvertised",
         Code::not_found,
         "Name the branch or pull request that has it."},
     {"unable to update url base from redirection",
         Code::refused,
         "Give the address that it redirects to."},
     {"returned error: 30", Code::refused, "Give the address that it redirects to."},
     {"fsck error", Code::refused, "Mend the commit that `git fsck` complains of."},
     {"transport '", Code::refused, "Allow this protocol in the configuration."},
     }
};

/// The sentence that says why: git's last fatal line, else its last line at all.
std::string reason(std::string_view errors)
{
    std::string_view found;
    for (const auto line : split(errors, '\n')) {
        const auto text = trim(line);
        const bool fatal = text.starts_with("fatal: ") || text.starts_with("ERROR: ");
        if (fatal) return display(text.substr(7), 300);
        if (!text.empty()) found = text;
    }
    return found.empty() ? "it said nothing" : display(found, 300);
}

Result<RemoteRef> parse_remote_ref(std::string_view line)
{
    const auto tab = line.find('\t');
    const auto id = ObjectId::parse(line.substr(0, tab));
    if (!id || tab == std::string_view::npos) {
        return Error{Code::unavailable, "the server listed an object name that is not SHA-1", ""};
    }
    const auto name = RefName::parse(line.substr(tab + 1));
    if (!name) return name.error();
    return RemoteRef{*name, *id};
}

/// Reads ls-remote's lines. "name^{}" is what the annotated tag "name" before it points to. A name
/// that we would refuse from a person is left out: nobody can ask for it.
Result<std::vector<RemoteRef>> parse_remote_refs(std::string_view listing)
{
    constexpr std::string_view peeled = "^{}";
    std::vector<RemoteRef> refs;
    for (auto line : split(listing, '\n')) {
        if (line.empty()) continue;
        const bool is_peeled = line.ends_with(peeled);
        if (is_peeled) line.remove_suffix(peeled.size());
        const auto ref = parse_remote_ref(line);
        if (!ref && ref.error().code == Code::invalid) continue;
        if (!ref) return ref.error();
        if (is_peeled && !refs.empty() && refs.back().name == ref->name)
            refs.back().id = ref->id;
        else
            refs.push_back(*ref);
    }
    return refs;
}

}  // namespace

Command Git::command(
    std::vector<std::string> words, const std::filesystem::path& folder, const Remote* remote
) const
{
    Command command{.argv = {"git"}, .directory = folder};
    std::ranges::move(words, std::back_inserter(command.argv));
    command.environment = {
        {"PATH",                    std::string(command_path)                                     },
        {"HOME",                    home_.string()                                                },
        {"LC_ALL",                  "C"                                                           },
        {"GIT_CONFIG_NOSYSTEM",     "1"                                                           },
        {"GIT_CONFIG_GLOBAL",       "/dev/null"                                                   },
        {"GIT_ATTR_NOSYSTEM",       "1"                                                           },
        {"GIT_TERMINAL_PROMPT",     "0"                                                           },
        {"GIT_NO_REPLACE_OBJECTS",  "1"                                                           },
        {"GIT_OPTIONAL_LOCKS",      "0"                                                           },
        {"GIT_CEILING_DIRECTORIES", folder.parent_path().string()                                 },
        {"GIT_ALLOW_PROTOCOL",      remote ? std::string(name(remote->location.scheme())) : "none"},
    };
    // Companies behind a proxy or with an authority of their own set these for the daemon.
    command.inherited = {
        "https_proxy",
        "HTTPS_PROXY",
        "http_proxy",
        "no_proxy",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "GIT_SSL_CAINFO",
        "SSH_AUTH_SOCK"
    };
    Settings settings(command);
    for (const auto& [key, value] : hardening)
        settings.set(key, value);
    if (remote) open(settings, *remote);
    return command;
}

Task<Result<std::vector<RemoteRef>>> Git::list_remote(
    Remote remote, std::vector<std::string> patterns, milliseconds time, std::stop_token stop
) const
{
    std::vector<std::string> words{
        "ls-remote", "--quiet", "--end-of-options", remote.location.text()
    };
    std::ranges::copy(patterns, std::back_inserter(words));
    Command listing = command(std::move(words), home_, &remote);
    listing.limits.time = time;
    const auto finished = co_await run_command(scheduler_, std::move(listing), std::move(stop));
    if (!finished) co_return finished.error().during("list " + display(remote.location.text()));
    if (!finished->succeeded()) co_return explain(*finished, &remote.location);
    auto refs = parse_remote_refs(finished->output);
    if (!refs || patterns.empty()) co_return refs;
    // A pattern also matches longer names that end like it.
    std::erase_if(*refs, [&](const RemoteRef& ref) {
        return std::ranges::find(patterns, ref.name.text()) == patterns.end();
    });
    co_return refs;
}

Error explain(const Finished& finished, const Location* location)
{
    const std::string where = location ? " with " + display(location->text()) : "";
    const std::string said = lower(finished.errors);
    for (const Sign& sign : signs) {
        if (!said.contains(sign.words)) continue;
        return {
            sign.code,
            fmt::format("git failed{}: {}", where, reason(finished.errors)),
            std::string(sign.mend)
        };
    }
    return {Code::unavailable, fmt::format("git failed{}: {}", where, reason(finished.errors)), ""};
}

}  // namespace diorama::git
