#pragma once

#include "base/json.hpp"
#include "cli/cli.hpp"
#include "net/server.hpp"

#include <atomic>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace diorama::cli::test {

inline Response json_answer(int status, const Node& node)
{
    Response response{.status = status, .headers = {{"Content-Type", "application/json"}}};
    response.body = write_json(node);
    return response;
}

inline Response
problem_answer(int status, std::string code, std::string detail, std::string mend = "")
{
    Node node = Node::Map{
        {"status", status},
        {"code",   code  },
        {"detail", detail}
    };
    if (!mend.empty()) node.set("mend", mend);
    Response response = json_answer(status, node);
    response.headers.set("Content-Type", "application/problem+json");
    return response;
}

/// A server that plays the daemon on a thread of its own, as the real one is another process.
/// What handlers touch is theirs until the server is gone.
class PlayedDaemon {
public:
    explicit PlayedDaemon(std::function<Task<Response>(Loop&, Request)> handle)
    {
        std::promise<std::uint16_t> listening;
        auto port = listening.get_future();
        thread_ = std::thread([this, handle = std::move(handle), &listening] {
            Loop loop(1);
            loop_ = &loop;
            Server server(loop, [&](Request request) { return handle(loop, std::move(request)); });
            const auto heard = server.listen(Address::tcp("127.0.0.1", 0));
            listening.set_value(heard ? server.port() : std::uint16_t{0});
            loop.run();
            loop.run(server.stop());
        });
        port_ = port.get();
    }
    ~PlayedDaemon()
    {
        loop_->post([this] { loop_->stop(); });
        thread_.join();
    }
    PlayedDaemon(const PlayedDaemon&) = delete;
    PlayedDaemon& operator=(const PlayedDaemon&) = delete;

    std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }

private:
    std::thread thread_;
    Loop* loop_ = nullptr;
    std::uint16_t port_ = 0;
};

/// How a call of the command line ended.
struct Ended {
    int code = -1;
    std::string out;
    std::string err;
};

/// A person at a machine, without the machine.
struct Person {
    std::map<std::string, std::string> environment{
        {"DIORAMA_TOKEN", "dio_test"}
    };
    bool terminal = false;
    std::vector<std::string> answers;  ///< What is typed when asked.
    std::filesystem::path directory = "/";
    std::function<int(ServeArguments)> serve;
    std::function<Node::List()> checks;
    /// Told of each write to stdout; false makes it fail.
    std::function<bool(std::string_view)> on_out;

    Ended run(std::vector<std::string> words)
    {
        Ended ended;
        CliWorld world{
            .out =
                [&](std::string_view text) {
                    ended.out += text;
                    return on_out ? on_out(text) : true;
                },
            .err =
                [&](std::string_view text) {
                    ended.err += text;
                    return true;
                },
            .ask = [this]() -> std::optional<std::string> {
                if (answers.empty()) return std::nullopt;
                std::string answer = answers.front();
                answers.erase(answers.begin());
                return answer;
            },
            .environment = [this](const std::string& name) -> std::optional<std::string> {
                const auto found = environment.find(name);
                if (found == environment.end()) return std::nullopt;
                return found->second;
            },
            .in_is_terminal = terminal,
            .out_is_terminal = terminal,
            .err_is_terminal = terminal,
            .directory = directory,
            .version = "0.1.0",
            .serve = serve,
            .checks = checks
        };
        words.insert(words.begin(), "diorama");
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        ended.code = run_cli(static_cast<int>(argv.size()), argv.data(), std::move(world));
        return ended;
    }
};

}  // namespace diorama::cli::test
