#include "main/serve.hpp"

#include "main/data_folder.hpp"
#include "main/house.hpp"
#include "net/loop.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace diorama {

namespace {

constexpr const char* usual_file = "/etc/diorama/diorama.toml";

std::optional<std::string> environment(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return value;
}

int fail(const Error& error)
{
    std::cerr << "diorama serve: " << error.text() << '\n';
    return error.code == Code::invalid ? 2 : 1;
}

}  // namespace

Result<Config> load_config(const ServeArguments& arguments)
{
    std::string file = arguments.config.value_or("");
    if (file.empty() && std::filesystem::exists(usual_file)) file = usual_file;
    std::string text;
    if (!file.empty()) {
        std::ifstream in(file);
        if (!in)
            return Error{
                Code::not_found, fmt::format("cannot read {}", file), "Give another with --config."
            };
        text.assign(std::istreambuf_iterator<char>(in), {});
    }
    auto config = read_config(text, file, environment);
    if (!config) return config.error();
    if (arguments.data) config->data = *arguments.data;
    if (config->data.empty()) config->data = default_data_folder(environment).string();
    return config;
}

int serve(const ServeArguments& arguments)
{
    const auto config = load_config(arguments);
    if (!config) return fail(config.error());
    Log log(config->log.level);
    Loop loop(8);
    const auto ended = run_house(loop, *config, log);
    if (!ended && ended.error().code != Code::cancelled) return fail(ended.error());
    return 0;
}

}  // namespace diorama
