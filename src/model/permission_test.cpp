#include "model/permission.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace diorama;

namespace {

using enum Right;
using enum Role;

/// Who may do what, as the documentation says it.
const std::map<Role, std::set<Right>> promised{
    {viewer,     {read}                                                 },
    {member,     {read, operate, deploy}                                },
    {maintainer, {read, operate, deploy, approve, configure}            },
    {admin,      {read, operate, deploy, approve, configure, administer}},
};

template <class T>
T id(std::uint8_t number)
{
    T made;
    made.value.bytes[0] = number;
    return made;
}

const auto here = id<TenantId>(1);
const auto elsewhere = id<TenantId>(2);
const auto shop = id<ProjectId>(1);
const auto blog = id<ProjectId>(2);

Grants with(Role role, decltype(Grant::reach) reach)
{
    return {.list = {{role, reach}}};
}

}  // namespace

TEST_CASE("J04: each role may do what the table says and nothing else")
{
    for (const Role role : roles) {
        for (const Right right : rights) {
            CAPTURE(std::string(name(role)));
            CAPTURE(std::string(name(right)));
            const bool expected = right == none || promised.at(role).contains(right);
            CHECK(allowed(with(role, here), right, {here, shop}) == expected);
        }
    }
}

TEST_CASE("J05: a grant reaches its project, its tenant or everything, and nothing beside it")
{
    struct Case {
        decltype(Grant::reach) reach;
        Resource resource;
        bool reaches;
    };
    const std::vector<Case> cases{
        {shop,           {here, shop},              true },
        {shop,           {here, blog},              false},
        {shop,           {here, std::nullopt},      false},
        {shop,           {},                        false},
        {here,           {here, shop},              true },
        {here,           {here, std::nullopt},      true },
        {here,           {elsewhere, blog},         false},
        {here,           {elsewhere, std::nullopt}, false},
        {here,           {},                        false},
        {Installation{}, {elsewhere, blog},         true },
        {Installation{}, {},                        true },
    };
    for (std::size_t i = 0; i < cases.size(); ++i) {
        CAPTURE(i);
        const auto& [reach, resource, reaches] = cases[i];
        CHECK(covers({admin, reach}, resource) == reaches);
        for (const Right right : rights)
            CHECK(allowed(with(admin, reach), right, resource) == (right == none || reaches));
    }
}

TEST_CASE("who has no grant may do nothing but what is public")
{
    for (const Right right : rights) {
        CHECK(allowed({}, right, {here, shop}) == (right == none));
        CHECK(allowed({}, right, {}) == (right == none));
    }
}

TEST_CASE("an id that nobody filled in opens nothing")
{
    CHECK_FALSE(allowed({.list = {Grant{}}}, Right::read, {TenantId{}, ProjectId{}}));
    CHECK_FALSE(allowed(with(admin, TenantId{}), Right::read, {TenantId{}, ProjectId{}}));
    CHECK_FALSE(allowed(with(admin, TenantId{}), Right::read, {}));
}

TEST_CASE("grants add up, each only where it reaches")
{
    const Grants who{
        .list = {{viewer, here}, {maintainer, shop}}
    };
    CHECK(allowed(who, approve, {here, shop}));
    CHECK(allowed(who, Right::read, {here, blog}));
    CHECK_FALSE(allowed(who, deploy, {here, blog}));
}

TEST_CASE("a token does no more than its scopes, however much its owner may do")
{
    for (const Right scope : rights) {
        for (const Right right : rights) {
            auto token = with(admin, Installation{});
            token.scopes = Rights{scope};
            CHECK(allowed(token, right, {here, shop}) == (right == none || right == scope));
        }
    }
    auto wide = with(viewer, here);
    wide.scopes = Rights{Right::read, administer};
    CHECK_FALSE(allowed(wide, administer, {here, shop}));
    wide.scopes = Rights{};
    CHECK_FALSE(allowed(wide, Right::read, {here, shop}));
}

TEST_CASE("roles and rights read back, and 'none' cannot be asked for")
{
    for (const Role role : roles)
        CHECK(*role_named(name(role)) == role);
    for (const Right right : rights)
        if (right != none) CHECK(*right_named(name(right)) == right);
    CHECK(right_named("none").error().code == Code::invalid);
    CHECK(role_named("root").error().code == Code::invalid);
}
