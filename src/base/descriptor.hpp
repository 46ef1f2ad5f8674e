#pragma once

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace diorama {

/// A descriptor that is closed when it goes.
class Descriptor {
public:
    Descriptor() = default;
    /// Takes what a system call answered; failing to get a descriptor is an accident. One in the
    /// place of a standard stream is moved away, or the child's own streams would overwrite it.
    Descriptor(int number, const char* what) : number_(number)
    {
        if (number_ >= 0 && number_ <= STDERR_FILENO) {
            number_ = ::fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
            ::close(number);
        }
        if (number_ < 0) throw std::system_error(errno, std::generic_category(), what);
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { close(); }

    int number() const { return number_; }
    bool is_open() const { return number_ >= 0; }
    void close()
    {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }

private:
    int number_ = -1;
};

}  // namespace diorama
