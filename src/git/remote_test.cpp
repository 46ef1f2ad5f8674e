#include "git/git.hpp"
#include "tests/support/git_repository.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::test;

namespace {

/// A web server that answers as badly as servers do, by the first part of the path. It prints its
/// port, then a line for each request.
const std::string server_program = R"python(
import http.server

def packet(text): return b'%04x' % (len(text) + 4) + text

refs = (packet(b'# service=git-upload-pack\n') + b'0000'
        + packet(b'a' * 40 + b' refs/heads/main\0agent=test\n') + b'0000')

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print('GET', self.path, self.headers.get('Authorization', '-'), flush=True)
        kind = self.path.split('/')[1]
        status, body, content = 200, refs, 'application/x-git-upload-pack-advertisement'
        if kind.isdigit(): status, body = int(kind), b''
        if kind == 'private' and self.headers.get('Authorization') != 'Basic s3cret': status, body = 401, b''
        if kind == 'empty': body, content = b'', 'text/plain'
        if kind == 'cut': body = refs[:60]
        if kind == 'page': body, content = b'<html>Please log in</html>', 'text/html'
        self.send_response(status)
        if kind in ('301', '302', '307'): self.send_header('Location', '/public/x/info/refs?service=git-upload-pack')
        if status == 401: self.send_header('WWW-Authenticate', 'Basic realm="x"')
        self.send_header('Content-Type', content)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass

server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
)python";

struct World {
    Folder folder;
    FakeScheduler scheduler;
    git::Git git{scheduler, folder.path()};
    std::unique_ptr<Process> server = Process::start({
                                                         .argv = {"python3", "-c", server_program}
    }
    ).value();
    std::string port = server->read_line(100).value();

    git::Remote remote(const std::string& path) const
    {
        const auto address = fmt::format("http://127.0.0.1:{}/{}", port, path);
        return {git::Location::parse(address, {.plain_http = true}).value(), {}};
    }
    Result<std::vector<git::RemoteRef>> list(git::Remote remote)
    {
        return scheduler.run(git.list_remote(std::move(remote), {}, seconds{30}, {}));
    }
    Error failure(const std::string& path)
    {
        const auto answer = list(remote(path));
        return answer ? Error{Code::conflict, "it answered", ""} : answer.error();
    }
    std::string next_request() { return server->read_line(1000).value(); }
};

}  // namespace

TEST_CASE("a repository on the web is listed")
{
    World world;
    const auto refs = world.list(world.remote("public/x"));
    REQUIRE(refs.has_value());
    REQUIRE(refs->size() == 1);
    CHECK(refs->front().name.text() == "refs/heads/main");
}

TEST_CASE("SEC-04 a redirect is not followed, because it would choose another place to speak to")
{
    World world;
    for (const std::string status : {"301", "302", "307"}) {
        CAPTURE(status);
        const auto error = world.failure(status + "/x");
        CHECK(error.code == Code::refused);
        CHECK_FALSE(error.mend.empty());
        CHECK(world.next_request().starts_with("GET /" + status + "/x/"));
    }
    // Nothing else was asked for: the next request is our own next one.
    CHECK(world.list(world.remote("public/last")).has_value());
    CHECK(world.next_request().starts_with("GET /public/last/"));
}

TEST_CASE("credentials reach the server they are for, and nobody is asked for missing ones")
{
    World world;
    auto remote = world.remote("private/x");
    CHECK(world.list(remote).error().code == Code::unauthorized);
    remote.access.authorization = Secret("Basic s3cret");
    CHECK(world.list(remote).has_value());
    remote.access.authorization = Secret("Basic wr0ng");
    const auto error = world.list(remote).error();
    CHECK(error.code == Code::unauthorized);
    CHECK_FALSE(error.text().contains("wr0ng"));
}

TEST_CASE("SEC-70 whatever is wrong with a server's answer, it is an error and no empty list")
{
    World world;
    CHECK(world.failure("404/x").code == Code::not_found);
    CHECK(world.failure("403/x").code == Code::unauthorized);
    CHECK(world.failure("429/x").code == Code::too_many);
    CHECK(world.failure("500/x").code == Code::unavailable);
    CHECK(world.failure("502/x").code == Code::unavailable);
    for (const std::string path : {"empty/x", "cut/x", "page/x"}) {
        CAPTURE(path);
        const auto error = world.failure(path);
        CAPTURE(error);
        CHECK(error.code == Code::unavailable);
    }
}
