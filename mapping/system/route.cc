// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/route.h"

#include <numeric>

#include "mapping/system/router.h"

namespace ohm {

std::int64_t Route::noc_bytes() const {
  return link_bytes -
         std::accumulate(crossing_bytes.begin(), crossing_bytes.end(), std::int64_t{0});
}

Route route(const Mesh& mesh, const Transfer& transfer) {
  return Router(mesh).route(transfer);
}

}  // namespace ohm
