#include "api/handlers.h"
#include "store/view_overview.h"

namespace weir::api {
namespace {

constexpr Duration look_back = days(1);  // when the page does not say when it last looked

}  // namespace

Result<http::Response> overview(const ReadCall& call) {
  const auto since = TRY(instant_of(call.request, "since"));
  return record_response(TRY(store::find_overview(call.db, since.value_or(call.now - look_back), call.now)));
}

}  // namespace weir::api
