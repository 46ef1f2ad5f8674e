#pragma once

#include "net/address.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <memory>
#include <string>
#include <sys/socket.h>
#include <vector>

/// What connecting and listening share. Included by net's own files only.
namespace diorama {

/// A socket address of any family.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    int family() const { return storage.ss_family; }
};

/// Where `address` may be found, in the resolver's order. Asks the resolver, and blocks, unless
/// `numeric`.
Result<std::vector<SocketAddress>> resolve(const Address& address, bool numeric);

/// A non-blocking socket. Throws when the process is out of descriptors.
int open_socket(int family);

/// The kernel's words for an error number as they read inside a sentence: "permission denied".
std::string reason(int number);

/// What an operation returns after this side closed the connection.
Error closed_here();

/// A stream over the connected socket `fd`, which it owns.
std::unique_ptr<Stream> socket_stream(Loop& loop, int fd);

}  // namespace diorama
