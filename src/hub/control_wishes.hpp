#pragma once

#include "base/described.hpp"
#include "hub/actions.hpp"

/// The bodies of the control path's verbs. The hub's own.
namespace diorama::hub::wish {

struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

struct Create {
    std::string name;
    bool private_ = false;
    std::string default_branch = "main";
    std::map<std::string, std::string> files;

    static constexpr auto required = {"name"};
};
BOOST_DESCRIBE_STRUCT(Create, (), (name, private_, default_branch, files))

struct Fork {
    std::string name;
    std::string owner;

    static constexpr auto required = {"name", "owner"};
};
BOOST_DESCRIBE_STRUCT(Fork, (), (name, owner))

struct Rename {
    std::string name;
    std::string to;
    std::string by;

    static constexpr auto required = {"name", "to"};
};
BOOST_DESCRIBE_STRUCT(Rename, (), (name, to, by))

struct Remove {
    std::string name;

    static constexpr auto required = {"name"};
};
BOOST_DESCRIBE_STRUCT(Remove, (), (name))

struct Permit {
    std::string name;
    std::string login;
    std::string permission;

    static constexpr auto required = {"name", "login", "permission"};
};
BOOST_DESCRIBE_STRUCT(Permit, (), (name, login, permission))

struct Hook {
    std::string name;
    std::string url;
    Secret secret;
    std::vector<std::string> events;

    static constexpr auto required = {"name", "url"};
};
BOOST_DESCRIBE_STRUCT(Hook, (), (name, url, secret, events))

struct Token {
    std::string login;
    std::string token;
    std::vector<std::string> lacks;

    static constexpr auto required = {"login"};
};
BOOST_DESCRIBE_STRUCT(Token, (), (login, token, lacks))

struct Push {
    std::string repository;
    std::string branch = "main";
    std::string message = "Change something";
    std::string by = "ada";
    std::map<std::string, std::string> files;
    std::vector<std::string> remove;
    std::string from;

    static constexpr auto required = {"repository"};
};
BOOST_DESCRIBE_STRUCT(Push, (), (repository, branch, message, by, files, remove, from))

struct RemoveBranch {
    std::string repository;
    std::string branch;
    std::string by = "ada";

    static constexpr auto required = {"repository", "branch"};
};
BOOST_DESCRIBE_STRUCT(RemoveBranch, (), (repository, branch, by))

struct Open {
    std::string repository;
    std::string author;
    std::string title;
    std::string head;
    std::string base;
    std::string body;
    bool draft = false;
    std::vector<std::string> labels;

    static constexpr auto required = {"repository", "head"};
};
BOOST_DESCRIBE_STRUCT(Open, (), (repository, author, title, head, base, body, draft, labels))

/// Something done to a pull request; `value` is a label, a title, a branch or a comment's text.
struct Act {
    std::string repository;
    Number number = 0;
    std::string by;
    std::string value;

    At at() const { return {repository, number, by}; }

    static constexpr auto required = {"repository", "number"};
};
BOOST_DESCRIBE_STRUCT(Act, (), (repository, number, by, value))

struct DeleteComment {
    std::string repository;
    Number id = 0;
    std::string by = "ada";

    static constexpr auto required = {"repository", "id"};
};
BOOST_DESCRIBE_STRUCT(DeleteComment, (), (repository, id, by))

struct Limit {
    Number hourly = 5000;
    Number writes_a_minute = 80;
};
BOOST_DESCRIBE_STRUCT(Limit, (), (hourly, writes_a_minute))

struct Release {
    bool newest_first = false;
};
BOOST_DESCRIBE_STRUCT(Release, (), (newest_first))

struct Redeliver {
    Number id = 0;

    static constexpr auto required = {"id"};
};
BOOST_DESCRIBE_STRUCT(Redeliver, (), (id))

}  // namespace diorama::hub::wish
