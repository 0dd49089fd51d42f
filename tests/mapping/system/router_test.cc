// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/router.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace ohm {
namespace {

/// Bytes and depth of every link, path by path, with maps instead of a tree.
struct Laid {
  std::map<Index, std::int64_t> bytes;
  std::map<Index, Index> depth;             // of a link, from the hub, before shared ones count
  std::map<Index, std::set<Index>> behind;  // by link: those nearer to the hub
};

Laid lay_paths(const Mesh& mesh, const Transfer& transfer) {
  Laid laid;
  for (size_t i = 0; i < transfer.tiles.size(); ++i) {
    const Index tile = transfer.tiles[i], hub = transfer.hub;
    auto path = transfer.to_hub() ? mesh.path(tile, hub) : mesh.path(hub, tile);
    if (transfer.to_hub()) std::reverse(path.begin(), path.end());
    for (size_t d = 0; d < path.size(); ++d) {
      std::int64_t& bytes = laid.bytes[path[d]];
      bytes = transfer.multicast() ? transfer.bytes[i] : bytes + transfer.bytes[i];
      laid.depth[path[d]] = std::max(laid.depth[path[d]], static_cast<Index>(d));
      if (d > 0) laid.behind[path[d]].insert(path[d - 1]);
    }
  }
  return laid;
}

Transfer random_transfer(std::mt19937& random, const Mesh& mesh, TransferKind kind) {
  const auto tile = [&] { return static_cast<Index>(random() % static_cast<size_t>(mesh.size())); };
  Transfer transfer{kind, 0, -1, tile(), {}, {}};
  std::set<Index> tiles;
  for (size_t n = 1 + random() % 12; n > 0; --n) tiles.insert(tile());
  transfer.tiles.assign(tiles.begin(), tiles.end());
  std::shuffle(transfer.tiles.begin(), transfer.tiles.end(), random);
  for (size_t i = 0; i < transfer.tiles.size(); ++i) {
    transfer.bytes.push_back(transfer.multicast() ? 64
                                                  : 1 + static_cast<std::int64_t>(random() % 99));
  }
  return transfer;
}

void expect_laid(const Mesh& mesh, const Transfer& transfer, const Route& route) {
  const Laid laid = lay_paths(mesh, transfer);
  ASSERT_EQ(route.links.size(), laid.bytes.size());
  for (const LinkLoad& load : route.links) {
    EXPECT_EQ(load.bytes, laid.bytes.at(load.link));
    if (mesh.n_levels() == 0 && !transfer.to_hub()) {
      EXPECT_EQ(load.hops, laid.depth.at(load.link));
    }
    std::set<Index> nearer;
    for (const Index before : load.behind) {
      const LinkLoad& other = route.links[static_cast<size_t>(before)];
      EXPECT_LT(other.hops, load.hops);
      nearer.insert(other.link);
    }
    if (transfer.to_hub()) continue;  // those that lead to it are farther from the hub
    const auto known = laid.behind.find(load.link);
    EXPECT_EQ(nearer, known == laid.behind.end() ? std::set<Index>{} : known->second);
  }
}

TEST(Router, LaysWhatPathsOneByOneLay) {
  std::mt19937 random(17);
  for (int trial = 0; trial < 300; ++trial) {
    const Mesh mesh = trial % 3 == 0   ? Mesh(7, 5)
                      : trial % 3 == 1 ? Mesh({3, 2}, {{2, 3}})
                                       : Mesh({2, 2}, {{2, 1}, {2, 2}});
    Router router(mesh);
    for (const TransferKind kind :
         {TransferKind::input, TransferKind::partial_sums, TransferKind::keys}) {
      const Transfer transfer = random_transfer(random, mesh, kind);
      expect_laid(mesh, transfer, router.route(transfer));
    }
  }
}

TEST(Router, ForgetsATransferBeforeTheNext) {
  const Mesh mesh({3, 3}, {{2, 2}});
  const Transfer transfer{TransferKind::input, 0, -1, 0, {5, 20, 35}, {8, 8, 8}};
  Router router(mesh);
  const Route first = router.route(transfer);
  const Route again = router.route(transfer);
  ASSERT_EQ(first.links.size(), again.links.size());
  EXPECT_EQ(first.link_bytes, again.link_bytes);
  EXPECT_EQ(first.hops, again.hops);
}

}  // namespace
}  // namespace ohm
