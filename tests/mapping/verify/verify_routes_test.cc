// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;
using testing::with;

/// What is wrong with the routes of a decoder in small arrays on many tiles, once spoilt.
std::string violation(const std::function<void(Mapping&)>& spoil) {
  Mapping m = map_network(
      build_network(testing::tiny_gpt()),
      testing::shipped_chip({with("mesh.columns", "9"), with("mesh.rows", "8"),
                             with("macros_per_tile", "5"), with("macro.array.n_wordlines", "32"),
                             with("macro.array.rows_active", "32")}));
  spoil(m);
  try {
    verify_routes(m);
  } catch (const SolveError& error) {
    return error.what();
  }
  return "none";
}

Route& busy(Mapping& m, TransferKind kind) {
  for (size_t i = 0;; ++i) {
    if (m.transfers.at(i).kind == kind && !m.routes[i].links.empty()) return m.routes[i];
  }
}

/// The mesh of a chip whose I/O die has a link of its own, or one that does not know of it.
TEST(VerifyRoutes, FindsHopsThatTakeAnothersLink) {
  Mapping m = map_network(
      build_network(testing::tiny_gpt()),
      testing::shipped_chip(
          {with("mesh.columns", "9"), with("mesh.rows", "8"), with("macros_per_tile", "5"),
           with("system", "[{columns: 2, rows: 1, link: link_ucie_advanced}]"),
           with("dies", "[{name: io, at: [0], links: [{link: link_ucie_standard}]}]")}));
  EXPECT_NO_THROW(verify_routes(m));
  m.chip.mesh = Mesh(LinkGrid{9, 8}, {LinkGrid{2, 1}});
  EXPECT_THAT(error_text<SolveError>([&] { verify_routes(m); }),
              HasSubstr("hops between chips 0 and 1 are costed as link_ucie_advanced"));
}

TEST(VerifyRoutes, FindsRoutesThatLoseBytes) {
  EXPECT_EQ(violation([](Mapping&) {}), "none");
  EXPECT_THAT(violation([](Mapping& m) { busy(m, TransferKind::input).links.pop_back(); }),
              HasSubstr("does not reach tile"));
  EXPECT_THAT(
      violation([](Mapping& m) { ++busy(m, TransferKind::partial_sums).links.front().bytes; }),
      HasSubstr("bytes too many"));
  EXPECT_THAT(violation([](Mapping& m) { m.routes.pop_back(); }), HasSubstr("routes"));
}

}  // namespace
}  // namespace ohm
