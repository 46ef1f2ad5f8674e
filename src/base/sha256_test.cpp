#include "base/sha256.hpp"

#include <doctest/doctest.h>

using namespace diorama;

TEST_CASE("a hash is the one FIPS 180-4 names, in one piece or in many")
{
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    Sha256 pieces;
    pieces.update("a");
    pieces.update("");
    pieces.update("bc");
    CHECK(pieces.hex() == sha256("abc"));
}
