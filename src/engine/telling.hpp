#pragma once

#include "engine/report.hpp"
#include "engine/world.hpp"

namespace diorama {

/// Tells a forge about one preview, once: only what differs from what it shows. Each thing that was
/// told is written down at once, so that a crash repeats at most the last one; what would appear
/// twice is written down as an intent before.
class Telling {
public:
    Telling(World world, ForgeApi& forge, Briefing briefing, std::stop_token stop)
        : world_(world),
          forge_(forge),
          it_(std::move(briefing)),
          stop_(std::move(stop))
    {}

    /// `superseded`: a newer wish came, and nothing older was told. Other errors name the first
    /// thing that went wrong; the rest was told all the same, where the forge still listened.
    Task<Result<>> run();

private:
    Task<Result<>> comment();
    Task<Result<>> edit_comment(std::string text);
    Task<Result<>> find_comment();
    Task<Result<>> make_comment(std::string text);
    Task<Result<>> status();
    Task<Result<>> close_status();
    Task<Result<>> say_status(std::string commit, CommitStatus status);
    Task<Result<>> deployment();
    Task<Result<>> begin_deployment();
    Task<Result<>> end_deployments();
    Task<Result<>> say_deployment(std::string deployment, ForgeDeployment state);
    Task<Result<>> retire_deployment(std::string deployment);

    Task<Result<>> fence();
    Task<Result<>> keep();
    bool is_gone() const;

    World world_;
    ForgeApi& forge_;
    Briefing it_;
    std::stop_token stop_;
};

}  // namespace diorama
