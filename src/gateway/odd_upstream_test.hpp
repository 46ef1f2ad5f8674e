#pragma once

#include "gateway/wire_test.hpp"
#include "model/route.hpp"

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace diorama::gateway::test {

/// An app that answers as odd as the apps of this world do, a thread per connection.
class OddUpstream {
public:
    /// What to do with a connection; returning closes it.
    using Behaviour = std::function<void(Wire&, OddUpstream&)>;

    explicit OddUpstream(std::string name = "app", const std::string& address = "127.0.0.1");
    explicit OddUpstream(Behaviour behaviour, const std::string& address = "127.0.0.1");
    OddUpstream(const OddUpstream&) = delete;
    OddUpstream& operator=(const OddUpstream&) = delete;
    ~OddUpstream();

    Upstream where() const { return {.scheme = "http", .host = address_, .port = port_}; }
    const std::string& name() const { return name_; }

    /// Takes no further connection and cuts the open ones.
    void die();

    std::atomic<int> connections{0};
    std::atomic<int> open{0};
    std::atomic<int> requests{0};
    /// Answers to /held wait until this is set.
    std::atomic<bool> released{false};

private:
    struct Guest {
        int fd;
        std::thread thread;
        std::atomic<bool> gone{false};
    };

    void accept_all();
    void serve(Guest& guest, Fd fd);

    std::string address_;
    std::string name_;
    Behaviour behaviour_;
    Fd listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> dying_{false};
    std::mutex mutex_;
    std::list<Guest> guests_;
    std::thread acceptor_;
};

/// Answers by path: /cl /big /chunk /eof /close /abort ...; see the .cpp.
void answer_oddly(Wire& wire, OddUpstream& upstream);

/// The body of /big.
const std::string& big_body();
/// The body of /chunk.
std::string chunked_body();

}  // namespace diorama::gateway::test
