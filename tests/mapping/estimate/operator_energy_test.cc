// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/operator_energy.h"

#include <gtest/gtest.h>

#include "mapping/estimate/phases.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/workload.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec, const std::vector<Override>& overrides = {}) {
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

Ledger booked(const Mapping& mapping, const Request& request) {
  Ledger ledger;
  book_energy(mapping, request, {}, ledger);
  return ledger;
}

TEST(OperatorEnergy, OnlyActiveExpertsCost) {
  TransformerSpec spec = testing::tiny_mixtral();
  const Request request{true, 10, 5, 1};
  const auto two = booked(mapped(spec), request).by_component();
  spec.n_experts = 8;
  const auto of_eight = booked(mapped(spec), request).by_component();
  EXPECT_EQ(two.at("gate").count, 14 * 2 * 2 * 128);
  EXPECT_EQ(of_eight.at("gate").count, two.at("gate").count);
  EXPECT_EQ(two.at("combine").count, 14 * 2 * 2 * 32);
  spec.experts_per_token = 4;
  const auto four = booked(mapped(spec), request).by_component();
  EXPECT_EQ(four.at("gate").count, 2 * two.at("gate").count);
}

TEST(OperatorEnergy, CountsFollowTheNetwork) {
  const Request request{true, 10, 5, 3};
  auto by = booked(mapped(testing::tiny_gpt()), request).by_component();
  EXPECT_EQ(by["norm"].count, 3 * 14 * 5 * 32);
  EXPECT_EQ(by["activation"].count, 3 * 14 * 2 * 128);
  EXPECT_EQ(by["softmax"].count, 3 * 2 * 4 * (14 * 15 / 2));
  EXPECT_EQ(by["attention_mac"].count, 3 * 2 * 2 * 32 * (14 * 15 / 2));
  EXPECT_EQ(by["dequantise"].count, 3 * (14 * 2 * (96 + 32 + 128 + 32) + 5 * 50));
  EXPECT_EQ(by["residual"].count, 3 * 14 * (4 * 32 + 32));  // and the sum with the position
  EXPECT_EQ(by["dram"].count, 3 * 14 * 2 * 32 * 2);
  // 4 weight slices × 8 input bits per output and row tile; only ffn.down has one row tile of 128
  EXPECT_EQ(by["adc"].count, 3 * 32 * (14 * 2 * (96 + 32 + 128 + 32) + 5 * 50));
}

TEST(OperatorEnergy, NormalisesAndRotatesWhatTheHeadsHave) {
  // per layer: two norms of 32, and one of four queries and two keys of 8; six of them rotated
  const Request request{true, 10, 5, 1};
  TransformerSpec spec = testing::tiny_llama();
  spec.head_norms = true;
  auto by = booked(mapped(spec), request).by_component();
  EXPECT_EQ(by["norm"].count, 14 * (2 * (2 * 32 + 48) + 32));
  EXPECT_EQ(by["rope"].count, 14 * 2 * 48);
  spec.rope_dim = 2;
  spec.block = "parallel_one_norm";
  by = booked(mapped(spec), request).by_component();
  EXPECT_EQ(by["norm"].count, 14 * (2 * (32 + 48) + 32));
  EXPECT_EQ(by["rope"].count, 14 * 2 * 6 * 2);
}

TEST(OperatorEnergy, IsProportionalToTheBatch) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("macros_per_tile", "8")});
  const double one = booked(m, {true, 10, 5, 1}).total().energy.si();
  const double four = booked(m, {true, 10, 5, 4}).total().energy.si();
  EXPECT_NEAR(four, 4.0 * one, 1e-5 * four);  // expected activity rounds to whole actions
}

TEST(OperatorEnergy, NetworkMovesWhatItsRoutesSay) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("macros_per_tile", "4")});
  const Request request{true, 7, 1, 1};
  auto by = booked(m, request).by_component();
  std::int64_t links = 0;
  for (size_t i = 0; i < m.routes.size(); ++i) {
    const bool head = m.network.op(m.transfers[i].vertex).name == "head";
    links += (head ? 1 : 7) * m.routes[i].link_bytes;
  }
  EXPECT_EQ(by["noc_link"].count, links);
  EXPECT_NEAR(
      by["noc_link"].energy.si(),
      static_cast<double>(links) * m.chip.spec.noc.link_energy.si() * m.chip.link_length.si(),
      1e-20);
}

TEST(OperatorEnergy, ReadsSpilledKeysAndValuesFromDram) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("buffer.capacity", "512 B")});
  const Index kept = buffered_positions(m, 0, 1);
  std::int64_t expected = 20 * 2 * 32 * 2;  // embedding rows
  for (Index t = 0; t < 20; ++t) {
    const Index beyond = std::max<Index>(0, t + 1 - kept);
    expected += 2 * (2 * 32 * beyond + (beyond > 0 ? 2 * 32 : 0));  // both layers: read, write
  }
  EXPECT_EQ(booked(m, {true, 20, 1, 1}).by_component()["dram"].count, expected);
}

TEST(OperatorEnergy, BusyTimesEqualTheWorkOfTheResources) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("macros_per_tile", "8")});
  const Request request{true, 9, 4, 2};
  const TokenPlan plan = plan_tokens(m, request);
  Ledger ledger;
  book_busy(m, plan, request, ledger);
  const auto work = resource_work(plan, request);
  double expected = 0.0;
  for (size_t r = 0; r < work.size(); ++r) {
    if (plan.resources[r].kind != ResourceKind::macros) expected += static_cast<double>(work[r]);
  }
  EXPECT_NEAR(ledger.total().busy.si() * 1e12, expected, 1e-6 * expected);
}

}  // namespace
}  // namespace ohm
