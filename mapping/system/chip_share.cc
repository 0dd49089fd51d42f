// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/chip_share.h"

#include <map>

namespace ohm {

std::vector<ChipShare> chip_shares(const Mesh& mesh, const std::vector<Index>& tiles) {
  std::map<Index, Index> count;
  for (const Index tile : tiles) ++count[mesh.chip_of(tile)];
  std::vector<ChipShare> shares;
  for (const auto& [chip, n] : count) {
    shares.push_back({chip, n, static_cast<double>(n) / static_cast<double>(tiles.size())});
  }
  return shares;
}

}  // namespace ohm
