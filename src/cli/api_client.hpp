#pragma once

#include "base/node.hpp"
#include "cli/daemon.hpp"
#include "net/client.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace diorama::cli {

/// The daemon's API as its verbs use it. Problem details (RFC 9457) come back as the `Error` they
/// were in the daemon: same code, message and mend. A daemon that does not answer is `unavailable`
/// with the way to start one; what answers, but is no Diorama, too.
class ApiClient {
public:
    struct Answer {
        Node body;  ///< Null when there was none.
        std::string location;
    };

    ApiClient(Loop& loop, Daemon daemon);

    /// `prefer` is the header of RFC 7240: "respond-async".
    Task<Result<Answer>> post(std::string target, Node body, std::string prefer = "");
    Task<Result<Node>> get(std::string target);
    Task<Result<Node>> put(std::string target);
    Task<Result<Node>> remove(std::string target);
    /// All items of a list, page by page.
    Task<Result<Node::List>> list(std::string path, Query query = {});
    /// A stream of server-sent events that follows the event `after`, when there is one.
    Task<Result<std::unique_ptr<ByteStream>>>
    stream(std::string target, std::string after, std::stop_token stop);

    const Daemon& daemon() const { return daemon_; }

private:
    Request request(std::string method, std::string target) const;
    Task<Result<Answer>> ask(Request request);
    Error unreachable(const Error& error) const;
    Error problem(int status, const std::string& body) const;
    Error stranger(int status) const;

    Daemon daemon_;
    Client client_;
};

/// "/api/v1/environments/SLUG", its last part encoded; `below` is what follows: "/logs".
std::string environment_path(std::string_view environment, std::string_view below = "");

}  // namespace diorama::cli
