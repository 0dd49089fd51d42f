// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/mesh.h"
#include "mapping/chip/transfers.h"
#include "mapping/system/route.h"

namespace ohm {

/// Lays transfers over a mesh, one after the other; the mesh must outlive it.
class Router {
 public:
  explicit Router(const Mesh& mesh);

  /// What route() of the same transfer gives.
  Route route(const Transfer& transfer);

 private:
  const Mesh& mesh_;
  std::vector<Index> entries_;  // by link: its place in the tree at hand, or -1
};

}  // namespace ohm
