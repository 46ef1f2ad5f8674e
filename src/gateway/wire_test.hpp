#pragma once

#include "gateway/fd.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace diorama::gateway::test {

/// A message as it came: the first line, fields by their names in lower case, the body.
struct Message {
    std::string line;
    std::map<std::string, std::string> fields;
    std::string head;  ///< The bytes of the head.
    std::string body;

    int status() const { return std::stoi(line.substr(9, 3)); }
    std::string field(const std::string& name) const;
};

/// A blocking TCP connection of the tests. What takes longer than twenty seconds, or breaks off,
/// throws.
class Wire {
public:
    explicit Wire(Fd fd);
    static Wire to(std::uint16_t port, const std::string& address = "127.0.0.1");

    void send(std::string_view text);
    std::string read(std::size_t bytes);
    std::string read_some();
    std::string read_line();
    /// All until the peer closes; a reset throws.
    std::string read_all();
    /// True when the peer closes without another byte.
    bool ends();

    std::string read_head();
    /// An answer to `method`, interim ones skipped.
    Message answer(std::string_view method = "GET");
    /// A request, or nothing when the peer closed before one.
    bool request(Message& message);

    Message get(const std::string& path, const std::string& host = "shop.test");
    Message
    ask(const std::string& method,
        const std::string& path,
        const std::string& fields = "",
        const std::string& body = "");

    void close_sending();
    void close();
    /// Closes in a way that tells the peer something went wrong.
    void reset();
    int fd() const { return fd_.get(); }

private:
    bool fill();
    std::string read_body(const Message& message, bool until_close);
    std::string read_chunks();

    Fd fd_;
    std::string buffer_;
};

/// `bytes` that do not repeat soon.
std::string noise(std::size_t bytes);

/// `body` in chunks of `size`.
std::string in_chunks(std::string_view body, std::size_t size);

}  // namespace diorama::gateway::test
