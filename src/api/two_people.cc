#include "api/two_people.h"

#include "store/view_access.h"

namespace weir::api {

Status check_two_people(store::Database& db, const access::Actor& actor, std::string_view other) {
  if (!TRY(store::may_be_one_person(db, actor.id, other))) return {};
  return Error{
      Errc::forbidden,
      fmt::format(
          "'{}' and the account that acted before may be one person, since one of them made the other; "
          "somebody whose account neither of them made must act",
          actor.name)};
}

}  // namespace weir::api
