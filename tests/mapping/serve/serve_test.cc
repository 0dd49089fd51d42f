// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/serve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/serve/constant_machine.h"

namespace ohm {
namespace {

using testing::ConstantMachine;
using ::testing::HasSubstr;
using testing::picoseconds;

ServingSpec mix(std::vector<RequestSpec> requests, Index max_batch = 256,
                const std::string& batching = "continuous") {
  ServingSpec spec;
  spec.requests = std::move(requests);
  spec.max_batch = max_batch;
  spec.batching = batching;
  return spec;
}

ServingSpec random_mix(Index seed, const std::string& batching = "continuous") {
  ServingSpec spec;
  spec.poisson = {Hertz(1e9), 200, {1, 5, 30}, {0, 1, 2, 17}, false, seed};
  spec.max_batch = 7;
  spec.kv_tokens = 100;
  spec.batching = batching;
  return spec;
}

TEST(Serve, OneRequestAloneTakesItsOwnLatency) {
  for (const char* batching : {"static", "continuous"}) {
    const ServeResult r =
        serve(ConstantMachine{}, mix({{8, 11, picoseconds(500), 1}}, 4, batching));
    EXPECT_EQ(r.makespan, 1000 + 10 * 100);
    EXPECT_EQ(r.busy, r.makespan);
    EXPECT_DOUBLE_EQ(r.ttft.mean, 1000e-12);
    EXPECT_DOUBLE_EQ(r.tpot.mean, 100e-12);
    EXPECT_DOUBLE_EQ(r.latency.p99, 2000e-12);
    EXPECT_EQ(r.output_tokens, 11);
    EXPECT_EQ(r.input_tokens, 8);
    EXPECT_DOUBLE_EQ(r.energy.si(), 3.0 + 10 * 0.5);
    EXPECT_EQ(r.longest_queue, 0);
  }
}

TEST(Serve, RefusesWhatTakesLongerThanPicosecondsHold) {
  ConstantMachine machine;
  machine.prefill_time = 2'000'000'000'000'000'000;
  EXPECT_EQ(serve(machine, mix({{8, 1, Seconds(0.0), 4}}, 1)).makespan, 4 * machine.prefill_time);
  EXPECT_THAT(error_text<ArgumentError>([&] {
                serve(machine, mix({{8, 1, Seconds(0.0), 5}}, 1));
              }),
              HasSubstr("take longer than 9e+06 s in all"));
  machine.prefill_time = kLastTime;
  EXPECT_THROW(serve(machine, mix({{8, 1, Seconds(0.0), 1}}, 1)), ArgumentError);
  EXPECT_EQ(whole_picoseconds(Seconds(1e9)), kLastTime);
  EXPECT_EQ(whole_picoseconds(Seconds(2.6e-12)), 3);
}

TEST(Serve, WaitingOfManyRequestsAddsUp) {
  ConstantMachine machine;
  machine.prefill_time = 40'000'000'000'000'000;  // 40,000 s
  const ServeResult r = serve(machine, mix({{8, 1, Seconds(0.0), 200}}, 1));
  EXPECT_NEAR(r.mean_queue, 199.0 / 2.0, 1e-9);  // Little's law of 0, 1, ... 199 passes of waiting
}

TEST(Serve, RequestsThatArriveTogetherShareOnePassAsFarAsTheBatchGoes) {
  for (const char* batching : {"static", "continuous"}) {
    const ServeResult r = serve(ConstantMachine{}, mix({{8, 11, Seconds(0.0), 4}}, 4, batching));
    EXPECT_EQ(r.makespan, 2000);
    EXPECT_DOUBLE_EQ(r.mean_batch, 4.0);
    const ServeResult two = serve(ConstantMachine{}, mix({{8, 11, Seconds(0.0), 8}}, 4, batching));
    EXPECT_EQ(two.makespan, 4000);
    EXPECT_DOUBLE_EQ(two.ttft.mean, (1000e-12 + 3000e-12) / 2);
    EXPECT_EQ(two.longest_queue, 4);
  }
}

TEST(Serve, RequestsFartherApartThanTheirServiceNeverWait) {
  const ServeResult r =
      serve(ConstantMachine{}, mix({{8, 11, picoseconds(0), 1}, {8, 11, picoseconds(2500), 1}}, 1));
  EXPECT_EQ(r.makespan, 4500);
  EXPECT_EQ(r.busy, 4000);
  EXPECT_DOUBLE_EQ(r.waiting.most, 0.0);
  EXPECT_DOUBLE_EQ(r.latency.most, 2000e-12);
  EXPECT_DOUBLE_EQ(r.energy.si(), 2 * 8.0 + 500 * 1e-3);
}

TEST(Serve, OneServerFollowsLindleysRecursion) {
  ServingSpec spec = mix({}, 1);
  spec.poisson = {Hertz(0.7 / 2000e-12), 500, {8}, {11}, false, 3};
  const ServeResult r = serve(ConstantMachine{}, spec);
  Picoseconds wait = 0, sum = 0;
  for (size_t i = 1; i < r.served.size(); ++i) {
    const Picoseconds gap = r.served[i].request.arrival - r.served[i - 1].request.arrival;
    wait = std::max<Picoseconds>(0, wait + 2000 - gap);
    EXPECT_EQ(r.served[i].waiting(), wait);
    sum += wait;
  }
  EXPECT_NEAR(r.waiting.mean, static_cast<double>(sum) * 1e-12 / 500, 1e-18);
  EXPECT_NEAR(r.mean_queue, static_cast<double>(sum) / static_cast<double>(r.makespan), 1e-12);
}

TEST(Serve, WaitsAsLongAsTheFormulaOfConstantServiceSays) {  // M/D/1: rho s / (2 (1 - rho))
  ServingSpec spec = mix({}, 1);
  spec.poisson = {Hertz(0.5 / 1000e-12), 100000, {8}, {1}, false, 1};
  const ServeResult r = serve(ConstantMachine{}, spec);
  EXPECT_NEAR(r.waiting.mean / 500e-12, 1.0, 0.03);
}

TEST(Serve, ContinuousBatchesLetRequestsJoinAndStaticOnesDoNot) {
  const std::vector<RequestSpec> requests{{8, 11, Seconds(0.0), 1}, {8, 3, picoseconds(1150), 1}};
  const ServeResult joined = serve(ConstantMachine{}, mix(requests, 4));
  EXPECT_EQ(joined.served[1].start, 1200);  // between two steps
  EXPECT_EQ(joined.served[1].done, 2400);
  EXPECT_EQ(joined.served[0].done, 3000);  // held up by the other's prompt
  const ServeResult apart = serve(ConstantMachine{}, mix(requests, 4, "static"));
  EXPECT_EQ(apart.served[0].done, 2000);
  EXPECT_EQ(apart.served[1].start, 2000);
  EXPECT_EQ(apart.served[1].done, 3200);
}

TEST(Serve, KeepsNoMoreTokensThanFit) {
  ServingSpec spec = mix({{8, 3, Seconds(0.0), 5}}, 256);
  spec.kv_tokens = 25;  // two of 10
  const ServeResult r = serve(ConstantMachine{}, spec);
  EXPECT_EQ(r.makespan, 3 * 1200);
  spec.kv_tokens = 9;
  try {
    serve(ConstantMachine{}, spec);
    FAIL();
  } catch (const ArgumentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("8 + 3 tokens"));
  }
}

TEST(Serve, NeitherLosesNorInventsTokens) {
  for (const char* batching : {"static", "continuous"}) {
    for (Index seed = 0; seed < 20; ++seed) {
      const ServeResult r = serve(ConstantMachine{}, random_mix(seed, batching));
      Index in = 0, out = 0;
      for (const ServedRequest& s : r.served) {
        in += s.request.prompt;
        out += s.request.generate;
        EXPECT_LE(s.request.arrival, s.start);
        EXPECT_LT(s.start, s.first);
        EXPECT_LE(s.first, s.done);
        EXPECT_EQ(s.first == s.done, s.request.generate < 2);
      }
      EXPECT_EQ(r.input_tokens, in);
      EXPECT_EQ(r.output_tokens, out);
      EXPECT_EQ(r.served.size(), 200u);
      EXPECT_LE(r.busy, r.makespan);
      EXPECT_LE(r.mean_batch, 7.0);
    }
  }
}

TEST(Serve, NeverHoldsMoreThanBatchAndMemoryAllow) {
  const ServeResult r = serve(ConstantMachine{}, random_mix(5));
  for (const ServedRequest& at : r.served) {
    Index sequences = 0, tokens = 0;
    for (const ServedRequest& s : r.served) {
      if (s.start > at.start || s.done <= at.start) continue;
      ++sequences;
      tokens += s.request.tokens();
    }
    EXPECT_LE(sequences, 7);
    EXPECT_LE(tokens, 100);
  }
}

TEST(Serve, IsTheSameEveryTime) {
  const ServeResult a = serve(ConstantMachine{}, random_mix(9));
  const ServeResult b = serve(ConstantMachine{}, random_mix(9));
  for (size_t i = 0; i < a.served.size(); ++i) EXPECT_EQ(a.served[i].done, b.served[i].done);
  EXPECT_EQ(a.energy.si(), b.energy.si());
}

TEST(Serve, AnEncoderIsDoneAfterItsPass) {
  const ServeResult r = serve(ConstantMachine{}, mix({{8, 0, Seconds(0.0), 3}}, 2));
  EXPECT_EQ(r.makespan, 2000);
  EXPECT_EQ(r.output_tokens, 0);
  EXPECT_EQ(r.tpot.mean, 0.0);
  EXPECT_DOUBLE_EQ(r.total_tokens_per_s, 24 / 2000e-12);
}

/// 10 tokens of a source, one that the answer begins with, and four of five outputs.
TEST(Serve, ReservesRoomForTheStartTokenOfASecondStack) {
  testing::ConstantMachine machine;
  machine.start = 1;
  ServingSpec mix;
  mix.requests = {{10, 5, Seconds(0.0), 2}};
  machine.capacity = 14;
  EXPECT_THROW(serve(machine, mix), ArgumentError);
  machine.capacity = 29;  // of one after the other
  EXPECT_EQ(serve(machine, mix).longest_queue, 1);
  machine.capacity = 30;
  EXPECT_EQ(serve(machine, mix).longest_queue, 0);
}

}  // namespace
}  // namespace ohm
