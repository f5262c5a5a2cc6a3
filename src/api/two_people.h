// Where two people must act, whether two accounts are held by two: not by one who made the account of the other.
#pragma once
#include "access/account.h"
#include "store/sql.h"

namespace weir::api {

// `other`: id of the account that acted before. Forbidden says who may act instead.
Status check_two_people(store::Database& db, const access::Actor& actor, std::string_view other);

}  // namespace weir::api
