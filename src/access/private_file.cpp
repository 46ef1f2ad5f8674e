#include "access/private_file.hpp"

#include "base/descriptor.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace diorama {

Result<> write_private(const std::filesystem::path& file, std::string_view text)
{
    const auto failed = [&](std::string_view doing) {
        return Error{
            Code::unavailable,
            fmt::format("cannot {} {}: {}", doing, file.string(), std::strerror(errno)),
            "Check that the folder is there, may be written, and has room."
        };
    };
    const std::string fresh = file.string() + ".new";
    ::unlink(fresh.c_str());
    const int opened =
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (opened < 0) return failed("create");
    const Descriptor out(opened, "open");
    const auto wrote = ::write(out.number(), text.data(), text.size());
    if (wrote != static_cast<ssize_t>(text.size()) || ::fsync(out.number()) != 0)
        return failed("write");
    if (::rename(fresh.c_str(), file.c_str()) != 0) return failed("replace");

    // Else the name may be lost with the power, and the first token with it.
    const auto above = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const int folder = ::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return failed("keep");
    const Descriptor held(folder, "open");
    if (::fsync(held.number()) != 0) return failed("keep");
    return ok();
}

}  // namespace diorama
