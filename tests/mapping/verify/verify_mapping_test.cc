// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "core/error.h"
#include "mapping/chip/anneal.h"
#include "mapping/estimate/operator_energy.h"
#include "mapping/estimate/phases.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;
using testing::with;

/// A decoder in small arrays on many tiles.
ChipSpec chip(const std::vector<Override>& more = {}) {
  std::vector<Override> all{with("mesh.columns", "9"), with("mesh.rows", "8"),
                            with("macros_per_tile", "5"), with("macro.array.n_wordlines", "32"),
                            with("macro.array.rows_active", "32")};
  all.insert(all.begin(), more.begin(), more.end());  // the first is the strongest
  return testing::shipped_chip(all);
}

Mapping mapped(const std::vector<Override>& more = {}) {
  return map_network(build_network(testing::tiny_gpt()), chip(more));
}

std::string violation(const std::function<void(Mapping&)>& spoil,
                      const std::vector<Override>& more = {}) {
  Mapping m = mapped(more);
  spoil(m);
  try {
    verify_mapping(m);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

Transfer& first(Mapping& m, TransferKind kind) {
  return *std::find_if(m.transfers.begin(), m.transfers.end(),
                       [&](const Transfer& t) { return t.kind == kind && t.tiles.size() > 1; });
}

TEST(VerifyMapping, SaysWhatItCheckedAndWhatItAssumes) {
  const Verification report = verify_mapping(mapped());
  EXPECT_GE(report.checked.size(), 9u);
  EXPECT_GE(report.assumed.size(), 3u);
  EXPECT_EQ(violation([](Mapping&) {}), "none");
}

TEST(VerifyMapping, FindsBytesThatNobodyProduced) {
  EXPECT_THAT(violation([](Mapping& m) {
                std::erase_if(m.transfers, [](const Transfer& t) {
                  return t.kind == TransferKind::partial_sums && t.vertex > 5;
                });
              }),
              HasSubstr("consumes partial sums that nothing produces"));
  EXPECT_THAT(violation([](Mapping& m) { --first(m, TransferKind::input).bytes[1]; }),
              HasSubstr("inputs of h.0.attn.qkv, copy 0"));
  EXPECT_THAT(violation([](Mapping& m) { --first(m, TransferKind::partial_sums).bytes[0]; }),
              HasSubstr("partial sums of h.0.attn.qkv"));
  EXPECT_THAT(violation([](Mapping& m) { first(m, TransferKind::queries).bytes.back() = 0; }),
              HasSubstr("queries"));
  EXPECT_THAT(violation([](Mapping& m) { m.transfers.push_back(m.transfers.front()); }),
              HasSubstr("twice"));
}

TEST(VerifyMapping, FindsVectorsThatGoToTheWrongPlace) {
  EXPECT_THAT(violation([](Mapping& m) { first(m, TransferKind::input).hub += 1; }),
              HasSubstr("expected tile"));
  EXPECT_THAT(violation([](Mapping& m) { first(m, TransferKind::input).tiles[0] = 71; }),
              HasSubstr("on tile 71"));
  EXPECT_THAT(violation([](Mapping& m) {
                Transfer& t = first(m, TransferKind::input);
                t.tiles.pop_back();
                t.bytes.pop_back();
              }),
              HasSubstr("tiles"));
}

TEST(VerifyMapping, FindsCellsUsedTwiceAndCopiesThatAreMissing) {
  const std::vector<Override> packed{with("map.packing", "edge_blocks"),
                                     with("macro.array.n_wordlines", "128")};
  EXPECT_THAT(violation([](Mapping& m) { m.placement.slots[1] = m.placement.slots[0]; }),
              HasSubstr("a cell is used twice"));
  EXPECT_THAT(violation(
                  [](Mapping& m) {
                    for (PackedSpot& s : m.arrangement.spots) s.first_row = s.first_column = 0;
                  },
                  packed),
              HasSubstr("a cell is used twice"));
  EXPECT_THAT(violation([](Mapping& m) { ++m.arrangement.copies[2]; }),
              HasSubstr("copy 1 of 'h.0.ffn.up' is stored nowhere"));
  EXPECT_THAT(violation([](Mapping& m) { m.arrangement.copies[2] = 0; }),
              HasSubstr("'h.0.ffn.up' is not digital and is not in crossbars"));
  EXPECT_THAT(violation([](Mapping& m) { m.placement.slots[3].tile = 72; }), HasSubstr("72 tiles"));
}

TEST(VerifyMapping, SaysWhichMemoryIsTooSmall) {
  EXPECT_THAT(violation([](Mapping& m) { m.chip.spec.dram.capacity = Bytes(100); },
                        {with("map.matrices", "[{match: h.*.ffn.*}]")}),
              HasSubstr("dram.capacity"));
  const Verification small = mapped({with("buffer.capacity", "512 B")}).verification;
  EXPECT_THAT(small.assumed, ::testing::Contains(HasSubstr("of its 128 bytes")));
  EXPECT_THAT(mapped().verification.checked, ::testing::Contains(HasSubstr("buffer holds")));
}

/// A small network of any family and size.
TransformerSpec random_network(std::mt19937& random) {
  const auto pick = [&](Index n) {
    return static_cast<Index>(random() % static_cast<unsigned>(n));
  };
  TransformerSpec spec = std::vector{testing::tiny_gpt(), testing::tiny_llama(),
                                     testing::tiny_bert(), testing::tiny_vit()}[random() % 4];
  spec.n_layers = 1 + pick(3);
  spec.d_model = 4 * spec.n_heads * (1 + pick(5));
  spec.d_ff = 1 + pick(200);
  return spec;
}

std::vector<Override> random_chip(std::mt19937& random) {
  const auto one_of = [&](std::vector<std::string> words) {
    return words[random() % words.size()];
  };
  const std::string wordlines = one_of({"16", "32", "64", "128"});
  return {with("macro.array.n_wordlines", wordlines),
          with("macro.array.rows_active", wordlines),
          with("macro.array.n_bitlines", one_of({"64", "128", "256"})),
          with("macros_per_tile", one_of({"3", "8", "96"})),
          with("macro.adc.bits", one_of({"4", "6", "8"})),
          with("map.split", one_of({"max", "equal", "accuracy"})),
          with("mesh.columns", "40"),
          with("mesh.rows", "41")};
}

std::vector<Override> random_map(std::mt19937& random) {
  const auto one_of = [&](std::vector<std::string> words) {
    return words[random() % words.size()];
  };
  return {with("map.packing", one_of({"none", "edge_blocks"})),
          with("map.duplication", one_of({"none", "throughput", "latency"})),
          with("map.placement", one_of({"snake", "anneal"})), with("map.moves", "2000"),
          with("map.seed", one_of({"0", "7"}))};
}

TEST(VerifyMapping, EveryWayOfMappingIsSoundAndMultipliesTheSame) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 15; ++trial) {
    const Network network = build_network(random_network(random));
    std::vector<Override> overrides = random_chip(random);
    const Mapping plain = map_network(network, testing::shipped_chip(overrides));
    const auto more = random_map(random);
    overrides.insert(overrides.end(), more.begin(), more.end());
    const Index budget = plain.placement.tiles_used + 1 + static_cast<Index>(random() % 6);
    overrides.push_back(with("map.budget", std::to_string(budget)));
    const Mapping m = map_network(network, testing::shipped_chip(overrides));
    EXPECT_LE(m.traffic.lower_bound, m.traffic.link_bytes);
    EXPECT_LE(m.traffic.link_bytes, m.traffic.start_link_bytes);
    EXPECT_LE(m.arrangement.fewest_arrays, m.arrangement.arrays);
    EXPECT_LE(m.placement.tiles_used, budget);
    const bool decoder = network.spec.is_decoder();
    const Request request{decoder, 5, decoder ? 4 : 0, 3};
    EXPECT_EQ(macs_of(m, request), macs_of(plain, request));
    Ledger ours, theirs;
    const Workload workload{};
    book_energy(m, request, workload, ours);
    book_energy(plain, request, workload, theirs);
    for (const char* part : {"adc", "cells", "quantise", "dequantise"}) {
      EXPECT_DOUBLE_EQ(ours.by_component()[part].energy.si(),
                       theirs.by_component()[part].energy.si())
          << part;
    }
  }
}

TEST(VerifyMapping, AnnealingShortensRoutesAndIsTheSameEveryTime) {
  const std::vector<Override> anneal{with("map.placement", "anneal"), with("map.seed", "3")};
  const Mapping a = mapped(anneal), b = mapped(anneal), snake = mapped();
  EXPECT_EQ(a.placement.slots, b.placement.slots);
  EXPECT_EQ(a.traffic.link_bytes, b.traffic.link_bytes);
  EXPECT_LT(a.traffic.link_bytes, snake.traffic.link_bytes);
  EXPECT_EQ(a.traffic.start_link_bytes, snake.traffic.link_bytes);
  EXPECT_EQ(a.placement.slots.front().tile, 0);
  EXPECT_EQ(a.placement.tiles_used, snake.placement.tiles_used);
  std::int64_t routed = 0;
  for (const Route& route : a.routes) routed += route.link_bytes;
  EXPECT_EQ(a.traffic.link_bytes, routed);
}

}  // namespace
}  // namespace ohm
