#include "hub/world.hpp"

namespace diorama::hub {

Task<Response> answer_page(World&, Request)
{
    co_return Response{.status = 404};
}

}  // namespace diorama::hub
