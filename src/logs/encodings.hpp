#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// The texts by which `secret` may appear in a log: itself, and as programs write it down by habit.
///
/// - JSON strings (RFC 8259, 7): the shortest form, with `\/`, with `<>&'` escaped as Go and PHP do
///   it, with everything above ASCII escaped; hex digits in either case.
/// - Percent-encoding (RFC 3986, 2.1) as encodeURIComponent, encodeURI, Python, Go and HTML forms
/// do it;
///   hex digits in either case.
/// - Base64, standard and URL-safe (RFC 4648), at each of the three places a secret can have within
///   the encoded text: only the characters that depend on nothing but the secret.
/// - Hex, in either case.
///
/// A secret of several lines counts whole and line by line, one that is a URL with a password also
/// by the password. Blanks at its ends do not count. Line breaks are left out of the answers: the
/// redactor looks through them. Nothing when fewer than `shortest_secret` bytes are left: such a
/// value stands in every log by chance.
std::vector<std::string> encodings(std::string_view secret);

inline constexpr std::size_t shortest_secret = 4;

/// Without the bytes that a redactor looks through: CR, LF and NUL.
std::string squeezed(std::string_view text);

}  // namespace diorama
