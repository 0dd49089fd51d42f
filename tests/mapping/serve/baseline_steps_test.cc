// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/baseline_steps.h"

#include <gtest/gtest.h>

#include "mapping/baseline/baseline_estimate.h"
#include "mapping/serve/serve.h"
#include "tests/mapping/baseline/baseline_builder.h"

namespace ohm {
namespace {

ServeResult served(const BaselineSpec& spec, const Network& network, RequestSpec request) {
  ServingSpec mix;
  mix.requests = {request};
  return serve(BaselineSteps(Roofline(spec, network)), mix);
}

TEST(BaselineSteps, OneRequestTakesWhatTheEstimateSays) {
  const BaselineSpec spec = testing::shipped_baseline("h100_x8");
  const Network network = testing::shipped_graph("llama-3-70b");
  const ServeResult r = served(spec, network, {2048, 128, Seconds(0.0), 1});
  const BaselineEstimate e = estimate(spec, network, {2048, 128, 1, {}});
  EXPECT_NEAR(r.latency.mean, e.makespan.si(), 1e-9);
  EXPECT_NEAR(r.ttft.mean, e.ttft.si(), 1e-11);
  EXPECT_NEAR(r.energy.si(), e.energy.si(), 1e-6 * e.energy.si());
}

TEST(BaselineSteps, EqualRequestsTogetherTakeWhatTheEstimateOfTheirBatchSays) {
  const BaselineSpec spec = testing::shipped_baseline("h100_x8");
  const Network network = testing::shipped_graph("llama-3-70b");
  const ServeResult r = served(spec, network, {500, 20, Seconds(0.0), 64});
  const BaselineEstimate e = estimate(spec, network, {500, 20, 64, {}});
  EXPECT_NEAR(r.latency.most, e.makespan.si(), 1e-9);
  EXPECT_NEAR(r.output_tokens_per_s, e.output_tokens_per_s, 1e-6 * e.output_tokens_per_s);
}

TEST(BaselineSteps, HoldsWhatFitsBesideTheWeights) {
  const BaselineSpec spec = testing::shipped_baseline("h100_x2");
  const BaselineSteps steps(Roofline(spec, testing::shipped_graph("llama-3-70b")));
  EXPECT_EQ(steps.kv_capacity(), static_cast<Index>((144e9 - 70553706496.0) / 163840.0));
  EXPECT_DOUBLE_EQ(steps.idle().si(), 140.0);
}

TEST(BaselineSteps, OfTwoStacksTakeWhatTheEstimateSays) {
  const BaselineSpec spec = testing::shipped_baseline("h100");
  const Network network = testing::shipped_graph("t5-small");
  for (const Index batch : {1, 5}) {
    const ServeResult r = served(spec, network, {300, 20, Seconds(0.0), batch});
    const BaselineEstimate e = estimate(spec, network, {300, 20, batch, {}});
    EXPECT_NEAR(r.ttft.mean, e.ttft.si(), 1e-11);
    EXPECT_NEAR(r.tpot.mean, e.tpot.si(), 1e-11);
    EXPECT_NEAR(r.latency.most, e.makespan.si(), 1e-9);
    EXPECT_NEAR(r.energy.si(), e.energy.si(), 1e-6 * e.energy.si());
  }
  EXPECT_EQ(BaselineSteps(Roofline(spec, network)).start_tokens(), 1);
}

}  // namespace
}  // namespace ohm
