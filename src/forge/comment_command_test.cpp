#include "forge/comment_command.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

using Verb = CommentCommand::Verb;

std::optional<CommentCommand> read(std::string_view comment)
{
    const auto found = command_in(comment);
    return found ? *found : std::nullopt;
}

}  // namespace

TEST_CASE("a comment's first line is a command, in any case and with blanks around it")
{
    CHECK(read("/preview")->verb == Verb::up);
    CHECK(read(" /Preview \r\nplease")->verb == Verb::up);
    CHECK(read("/preview stop")->verb == Verb::stop);
    CHECK(read("/preview\tSleep")->verb == Verb::sleep);
    CHECK(read("/PREVIEW WAKE")->verb == Verb::wake);
    CHECK(read("/preview redeploy\n\nIt hangs.")->verb == Verb::redeploy);
    CHECK(read("/preview why")->verb == Verb::why);
    CHECK(*read("/preview extend 2d") == CommentCommand{.verb = Verb::extend, .by = hours{48}});
    CHECK(*read("/preview 1A2b3c4") == CommentCommand{.verb = Verb::approve, .commit = "1a2b3c4"});
}

TEST_CASE("anything else is no command: quoted, in the middle, or nearly one")
{
    for (const char* comment :
         {"",
          "Nice hats",
          "> /preview",
          "nice\n/preview stop",
          "/previews",
          "/previewstop",
          "please /preview",
          "\n/preview"})
        CHECK_FALSE(read(comment));
}

TEST_CASE("behind /preview what is no command is said to be none, with those there are")
{
    for (const char* comment :
         {"/preview the hats",
          "/preview 1a2b3c",
          "/preview stop now",
          "/preview extend",
          "/preview extend 0",
          "/preview extend soon",
          "/preview extend 9999d",
          "/preview stop; rm -rf /",
          "/preview stoρ"}) {
        const auto found = command_in(comment);
        REQUIRE(found.has_error());
        CHECK(found.error().mend.find("redeploy") != std::string::npos);
    }
    CHECK(command_in("/preview \x1b[2J").error().message.find('\x1b') == std::string::npos);
}

TEST_CASE("a command that was written down is read again as it was")
{
    for (const char* comment :
         {"/preview",
          "/preview stop",
          "/preview sleep",
          "/preview wake",
          "/preview redeploy",
          "/preview why",
          "/preview extend 2d",
          "/preview extend 1h30m",
          "/preview 1a2b3c4"}) {
        const auto command = *read(comment);
        CHECK(*read(text_of(command)) == command);
    }
    CHECK(text_of(*read("/PREVIEW  Stop ")) == "/preview stop");
    CHECK(text_of(*read("/preview extend 48h")) == "/preview extend 2d");
}
