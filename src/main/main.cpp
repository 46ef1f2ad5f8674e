#include "main/serve.hpp"

int main(int argc, char** argv)
{
    diorama::ServeArguments arguments;
    for (int i = 2; i + 1 < argc; i += 2) {
        if (std::string(argv[i]) == "--config") arguments.config = argv[i + 1];
        if (std::string(argv[i]) == "--data") arguments.data = argv[i + 1];
    }
    return diorama::serve(arguments);
}
