#include "git/git.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace diorama::git {

namespace {

struct Setting {
    std::string_view key;
    std::string_view value;
};

/// What every git command of ours is told, whatever the machine's own configuration says.
///
/// No protocol is open but the one a command needs, which `open` allows again. A redirect would
/// choose another host to speak to. Blobs over 16 MiB are never whole in memory, and a fetch makes
/// one file, not one per object.
constexpr auto hardening = std::to_array<Setting>({
    {"protocol.allow",          "never"    },
    {"core.hooksPath",          "/dev/null"},
    {"core.symlinks",           "false"    },
    {"core.fsmonitor",          "false"    },
    {"core.askPass",            ""         },
    {"credential.helper",       ""         },
    {"http.followRedirects",    "false"    },
    {"core.bigFileThreshold",   "16m"      },
    {"fetch.unpackLimit",       "1"        },
    {"fetch.recurseSubmodules", "no"       },
    {"transfer.fsckObjects",    "true"     },
    {"transfer.bundleURI",      "false"    },
    {"gc.auto",                 "0"        },
    {"maintenance.auto",        "false"    },
});

/// Harmless faults that old, honest repositories carry for ever.
constexpr auto tolerated = std::to_array<std::string_view>({
    "badTimezone",
    "missingSpaceBeforeDate",
    "zeroPaddedFilemode",
});

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

bool is_web(const Location& location)
{
    return location.scheme() == Scheme::https || location.scheme() == Scheme::http;
}

void open(Settings& settings, const Remote& remote)
{
    const auto& location = remote.location;
    settings.set(fmt::format("protocol.{}.allow", name(location.scheme())), "always");
    settings.set("core.sshCommand", ssh_command(remote.access));
    if (is_web(location) && !remote.access.authorization.empty()) {
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

constexpr std::string_view check_credentials = "Check the credentials of this repository.";
constexpr std::string_view check_address = "Check the address and who may read it.";
constexpr std::string_view name_its_branch = "Name the branch or pull request that has it.";
constexpr std::string_view give_new_address = "Give the address that it redirects to.";

constexpr auto signs = std::to_array<Sign>({
    {"authentication failed",                      Code::unauthorized, check_credentials                                        },
    {"could not read username",                    Code::unauthorized, check_credentials                                        },
    {"permission denied",                          Code::unauthorized, check_credentials                                        },
    {"returned error: 401",                        Code::unauthorized, check_credentials                                        },
    {"returned error: 403",                        Code::unauthorized, check_credentials                                        },
    {"host key verification",                      Code::unauthorized, "Add the host's key to the known hosts."                 },
    {"returned error: 429",                        Code::too_many,     "Wait until the server's limit has passed."              },
    {"cannot run ssh",                             Code::invalid,      "Install openssh-client."                                },
    {"ssh: not found",                             Code::invalid,      "Install openssh-client."                                },
    {"dubious ownership",                          Code::refused,      "Make its files belong to the user that Diorama runs as."},
    {"repository not found",                       Code::not_found,    check_address                                            },
    {"does not appear to be a git repository",     Code::not_found,    check_address                                            },
    {"' not found",                                Code::not_found,    check_address                                            },
    {"does not exist",                             Code::not_found,    check_address                                            },
    {"couldn't find remote ref",                   Code::not_found,    "Check the name, and that it was pushed."                },
    {"not our ref",                                Code::not_found,    name_its_branch                                          },
    {"does not allow request for unadvertised",    Code::not_found,    name_its_branch                                          },
    {"unable to update url base from redirection", Code::refused,      give_new_address                                         },
    {"returned error: 30",                         Code::refused,      give_new_address                                         },
    {"fsck error",                                 Code::refused,      "Mend the commit that `git fsck` complains of."          },
    {"transport '",                                Code::refused,      "Allow this protocol in the configuration."              },
});

/// The sentence that says why: git's first fatal line, with the one before it, where ssh, the
/// server or a check said what was the matter; without any, the last line.
std::string reason(std::string_view errors)
{
    constexpr std::string_view fatal = "fatal: ";
    std::string before;
    for (const auto line : split(errors, '\n')) {
        const auto text = trim(line);
        if (text.empty()) continue;
        if (text.starts_with(fatal)) {
            const auto said = display(text.substr(fatal.size()));
            return before.empty() ? said : fmt::format("{} ({})", said, before);
        }
        before = display(text);
    }
    return before.empty() ? "it said nothing" : before;
}

/// One line: an id, a tab, a name. Nothing for a name that we would refuse from a person: nobody
/// can ask for it.
Result<std::optional<RemoteRef>> parse_remote_ref(std::string_view line)
{
    const auto tab = std::min(line.find('\t'), line.size());
    const auto id = ObjectId::parse(line.substr(0, tab));
    if (!id) {
        return Error{
            Code::invalid,
            fmt::format(
                "the repository names objects like '{}', not by SHA-1", display(line.substr(0, tab))
            ),
            "Use a repository in git's usual object format, SHA-1."
        };
    }
    const auto name = RefName::parse(line.substr(std::min(tab + 1, line.size())));
    if (!name) return std::optional<RemoteRef>();
    return std::optional(RemoteRef{*name, *id});
}

/// Reads ls-remote's lines. "name^{}" is what the annotated tag "name" before it points to.
Result<std::vector<RemoteRef>> parse_remote_refs(std::string_view listing)
{
    constexpr std::string_view peeled = "^{}";
    std::vector<RemoteRef> refs;
    for (auto line : split(listing, '\n')) {
        if (line.empty()) continue;
        const bool is_peeled = line.ends_with(peeled);
        if (is_peeled) line.remove_suffix(peeled.size());
        const auto ref = parse_remote_ref(line);
        if (!ref) return ref.error();
        if (!*ref) continue;
        if (is_peeled && !refs.empty() && refs.back().name == (*ref)->name)
            refs.back().id = (*ref)->id;
        else
            refs.push_back(**ref);
    }
    return refs;
}

Error listed_nothing(const Location& location)
{
    return {
        Code::unavailable,
        fmt::format("{} answered, but lists nothing at all", display(location.text())),
        "Push a first commit, or look at what answers in the server's place."
    };
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
    for (const auto fault : tolerated) {
        settings.set(fmt::format("fsck.{}", fault), "ignore");
        settings.set(fmt::format("fetch.fsck.{}", fault), "ignore");
    }
    if (remote) open(settings, *remote);
    return command;
}

Task<Result<std::vector<RemoteRef>>> Git::list_remote(
    Remote remote, std::vector<std::string> patterns, milliseconds time, std::stop_token stop
) const
{
    const Location& location = remote.location;
    std::vector<std::string> words{"ls-remote", "--quiet", "--end-of-options", location.text()};
    std::ranges::copy(patterns, std::back_inserter(words));
    if (!patterns.empty()) words.emplace_back("HEAD");  // So that something is listed.
    Command listing = command(std::move(words), home_, &remote);
    listing.limits.time = time;
    const auto finished = co_await run_command(scheduler_, std::move(listing), std::move(stop));
    if (!finished) co_return finished.error().during("list " + display(location.text()));
    if (!finished->succeeded()) co_return explain(*finished, &location);
    auto refs = parse_remote_refs(finished->output);
    if (!refs) co_return refs;
    // git takes an empty page, such as a proxy gives for a broken server, for a repository
    // without references: nobody may conclude from it that branches are gone.
    if (refs->empty() && is_web(location)) co_return listed_nothing(location);
    // A pattern also matches longer names that end like it.
    std::erase_if(*refs, [&](const RemoteRef& ref) {
        return !patterns.empty() && std::ranges::find(patterns, ref.name.text()) == patterns.end();
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
