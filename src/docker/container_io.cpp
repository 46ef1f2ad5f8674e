#include "docker/api.hpp"

#include <algorithm>

namespace diorama::docker {

namespace {

struct Created {
    std::string Id;
};
BOOST_DESCRIBE_STRUCT(Created, (), (Id))

struct TtyConfig {
    bool Tty = false;
};
BOOST_DESCRIBE_STRUCT(TtyConfig, (), (Tty))
struct TtyAnswer {
    TtyConfig Config;
};
BOOST_DESCRIBE_STRUCT(TtyAnswer, (), (Config))

struct ExecAnswer {
    bool Running = false;
    std::optional<std::int64_t> ExitCode;
};
BOOST_DESCRIBE_STRUCT(ExecAnswer, (), (Running, ExitCode))

/// Reads output to its end, as lines.
Task<Result<>> read_output(ByteStream& stream, bool terminal, LineAssembler& lines)
{
    FrameParser parser;
    for (;;) {
        const auto piece = co_await stream.next();
        if (!piece) co_return piece.error();
        if (!*piece) break;
        if (terminal) {
            lines.feed_raw(**piece);
            continue;
        }
        const auto frames = parser.feed(**piece);
        if (!frames) co_return frames.error();
        for (const Frame& frame : *frames)
            lines.feed(frame);
    }
    lines.finish();
    if (!parser.complete())
        co_return Error{Code::unavailable, "the container's output was cut off", ""};
    co_return ok();
}

class OnePiece final : public ByteStream {
public:
    explicit OnePiece(std::string bytes) : bytes_(std::move(bytes)) {}
    Task<Result<std::optional<std::string>>> next() override
    {
        if (bytes_.empty()) co_return std::optional<std::string>{};
        co_return std::optional(std::exchange(bytes_, {}));
    }

private:
    std::string bytes_;
};

}  // namespace

std::unique_ptr<ByteStream> one_piece(std::string bytes)
{
    return std::make_unique<OnePiece>(std::move(bytes));
}

Task<Result<>> Engine::read_log(
    Ref container, LogOptions options, bool terminal, OnLine line, std::stop_token stop
)
{
    Call call{.path = object_path("containers", container, "logs"), .stop = std::move(stop)};
    call.tried = fmt::format("read the log of container '{}'", container);
    call.query = {
        {"stdout",     "1"                       },
        {"stderr",     "1"                       },
        {"timestamps", "1"                       },
        {"follow",     options.follow ? "1" : "0"}
    };
    if (options.since) call.query.emplace_back("since", write_time(*options.since));
    if (options.tail) call.query.emplace_back("tail", std::to_string(*options.tail));
    const auto tried = call.tried;
    const auto response = co_await api_->open(std::move(call));
    if (!response) co_return response.error();
    LineAssembler lines(true, std::move(line));
    const auto read = co_await read_output(*response->stream, terminal, lines);
    if (!read) co_return read.error().during(tried);
    co_return ok();
}

Task<Result<>> Engine::logs(Ref container, LogOptions options, OnLine line, std::stop_token stop)
{
    const auto config = co_await api_->ask<TtyAnswer>(
        {.path = object_path("containers", container, "json"),
         .tried = fmt::format("read the log of container '{}'", container)}
    );
    if (!config) co_return config.error();
    const bool terminal = config->Config.Tty;

    std::array<std::optional<Stamp>, 2> last;  // of each channel, which are in order by themselves
    const auto latest = [&last](const OutputLine& said) -> auto& {
        return last[said.channel == Channel::standard_error ? 1 : 0];
    };
    const OnLine keep = [&](OutputLine said) {
        latest(said) = said.at;
        line(std::move(said));
    };
    const auto read = co_await read_log(container, options, terminal, keep, stop);
    if (!read || !options.follow) co_return read;

    // Engines stop following when the container ends, even if its last lines were not handed out.
    options.follow = false;
    if (const auto newest = std::max(last[0], last[1])) {
        options.since = *newest - seconds{5};
        options.tail.reset();
    }
    const OnLine missed = [&](OutputLine said) {
        if (said.at > latest(said)) line(std::move(said));
    };
    co_return co_await read_log(container, options, terminal, missed, stop);
}

Task<Result<>> Engine::put_archive(
    Ref container, std::string path, std::unique_ptr<ByteStream> tar, std::stop_token stop
)
{
    Call call{.method = "PUT", .path = object_path("containers", container, "archive")};
    call.tried = fmt::format("copy files to '{}' in container '{}'", path, container);
    call.query = {
        {"path", std::move(path)}
    };
    call.upload = std::move(tar);
    call.stop = std::move(stop);
    call.timeout = minutes{30};
    return api_->tell(std::move(call));
}

Task<Result<std::string>> Engine::get_archive(Ref container, std::string path, std::size_t limit)
{
    Call call{.path = object_path("containers", container, "archive"), .body_limit = limit};
    call.tried = fmt::format("copy '{}' from container '{}'", path, container);
    call.query = {
        {"path", std::move(path)}
    };
    auto response = co_await api_->send(std::move(call));
    if (!response) co_return response.error();
    co_return std::move(response->body);
}

Task<Result<std::int64_t>>
Engine::exec(Ref container, ExecConfig config, OnLine line, std::stop_token stop)
{
    const auto command = config.command.empty() ? std::string() : config.command.front();
    const auto tried = fmt::format("run '{}' in container '{}'", command, container);
    Node::List environment;
    for (const auto& [name, value] : config.environment)
        environment.push_back(fmt::format("{}={}", name, value));
    Call create{
        .method = "POST",
        .path = object_path("containers", container, "exec"),
        .tried = tried,
        .stop = stop
    };
    create.body = Node(Node::Map{
        {"AttachStdout", true                   },
        {"AttachStderr", true                   },
        {"Cmd",          to_node(config.command)},
        {"Env",          std::move(environment) },
        {"User",         config.user            },
        {"WorkingDir",   config.working_dir     },
    });
    const auto created = co_await api_->ask<Created>(std::move(create));
    if (!created) co_return created.error();

    Call begin{
        .method = "POST",
        .path = object_path("exec", created->Id, "start"),
        .tried = tried,
        .stop = stop
    };
    begin.body = Node(Node::Map{
        {"Detach", false},
        {"Tty",    false}
    });
    const auto response = co_await api_->open(std::move(begin));
    if (!response) co_return response.error();
    LineAssembler lines(false, std::move(line));
    const auto read = co_await read_output(*response->stream, false, lines);
    if (!read) co_return read.error().during(tried);

    // The output ends a moment before the Engine has noted the exit code.
    for (;;) {
        const auto state = co_await api_->ask<ExecAnswer>(
            {.path = object_path("exec", created->Id, "json"), .tried = tried, .stop = stop}
        );
        if (!state) co_return state.error();
        if (!state->Running && state->ExitCode) co_return *state->ExitCode;
        co_await sleep(api_->loop, milliseconds{10}, stop);
    }
}

}  // namespace diorama::docker
