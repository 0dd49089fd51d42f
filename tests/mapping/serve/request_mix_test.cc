// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/request_mix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/config/reader.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

ServingSpec random_spec(PoissonSpec poisson) {
  ServingSpec spec;
  spec.poisson = std::move(poisson);
  return spec;
}

TEST(RequestMix, ReadsListsAndRatesFromYaml) {
  const auto spec = parse_spec<ServingSpec>(
      "requests: [{prompt: 8, generate: 2, arrival: 3 ms, count: 2}, {prompt: 4, generate: 1}]\n"
      "poisson: {rate: 2 kHz, count: 3, prompts: [16], generates: [1, 2]}\n"
      "batching: static\nmax_batch: 4\n",
      "mix", {});
  const auto requests = requests_of(spec);
  EXPECT_EQ(requests.size(), 6u);
  EXPECT_EQ(requests.front().prompt, 4);
  EXPECT_EQ(spec.batching, "static");
  EXPECT_THROW(parse_spec<ServingSpec>("batching: dynamic\n", "mix", {}), ConfigError);
  EXPECT_THROW(parse_spec<ServingSpec>("requests: [{prompt: 0, generate: 1}]\n", "mix", {}),
               ConfigError);
}

TEST(RequestMix, KeepsTheOrderOfThoseThatArriveTogether) {
  ServingSpec spec;
  spec.requests = {{1, 1, Seconds(2.0), 1}, {2, 1, Seconds(1.0), 2}, {3, 1, Seconds(1.0), 1}};
  const auto requests = requests_of(spec);
  std::vector<Index> prompts;
  for (const auto& r : requests) prompts.push_back(r.prompt);
  EXPECT_EQ(prompts, (std::vector<Index>{2, 2, 3, 1}));
  EXPECT_EQ(requests.back().arrival, 2'000'000'000'000);
}

TEST(RequestMix, IntervalsAreExponential) {
  const Index n = 20000;
  const auto requests = requests_of(random_spec({Hertz(100.0), n, {1}, {1}, false, 4}));
  double last = 0.0, sum = 0.0, squares = 0.0, above = 0.0;
  for (const auto& r : requests) {
    const double now = static_cast<double>(r.arrival) * 1e-12, gap = 100.0 * (now - last);
    last = now;
    sum += gap;
    squares += gap * gap;
    above += gap > 2.0 ? 1.0 : 0.0;
  }
  const double sigma = 1.0 / std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(sum / n, 1.0, 5 * sigma);
  EXPECT_NEAR(squares / n, 2.0, 5 * std::sqrt(20.0) * sigma);
  EXPECT_NEAR(above / n, std::exp(-2.0), 5 * 0.35 * sigma);
}

TEST(RequestMix, DrawsLengthsFromTheLists) {
  std::map<std::pair<Index, Index>, Index> apart, paired;
  for (const auto& r : requests_of(random_spec({Hertz(1.0), 4000, {1, 2}, {7, 8}, false, 1}))) {
    ++apart[{r.prompt, r.generate}];
  }
  EXPECT_EQ(apart.size(), 4u);
  for (const auto& [lengths, count] : apart) EXPECT_NEAR(static_cast<double>(count), 1000, 5 * 28);
  for (const auto& r : requests_of(random_spec({Hertz(1.0), 4000, {1, 2}, {7, 8}, true, 1}))) {
    ++paired[{r.prompt, r.generate}];
  }
  EXPECT_EQ(paired.size(), 2u);
  EXPECT_TRUE(paired.contains({2, 8}));
}

TEST(RequestMix, OneSeedIsOneSequence) {
  const auto arrivals = [](Index seed) {
    std::vector<Picoseconds> times;
    for (const auto& r : requests_of(random_spec({Hertz(1.0), 50, {1}, {1}, false, seed}))) {
      times.push_back(r.arrival);
    }
    return times;
  };
  EXPECT_EQ(arrivals(1), arrivals(1));
  EXPECT_NE(arrivals(1), arrivals(2));
}

TEST(RequestMix, RefusesWhatMakesNoRequests) {
  EXPECT_THROW(requests_of({}), ArgumentError);
  EXPECT_THROW(requests_of(random_spec({Hertz(1.0), 5, {}, {1}, false, 0})), ArgumentError);
  EXPECT_THROW(requests_of(random_spec({Hertz(1.0), 5, {1, 2}, {1}, true, 0})), ArgumentError);
  EXPECT_THROW(requests_of(random_spec({Hertz(1e-9), 5, {1}, {1}, false, 0})), ArgumentError);
}

TEST(RequestMix, KnowsTheUsualLengths) {
  EXPECT_EQ(length_presets().size(), 10u);
  EXPECT_EQ(length_preset("2048/128"), (std::pair<Index, Index>{2048, 128}));
  EXPECT_THROW(length_preset("2048/129"), ArgumentError);
}

TEST(RequestMix, EveryRequestSuitsItsNetwork) {
  ServingSpec spec;
  spec.requests = {{8, 8, Seconds(0.0), 1}, {60, 6, Seconds(1.0), 1}};
  EXPECT_THAT(error_text<ArgumentError>([&] { check_requests(testing::tiny_gpt(), spec); }),
              ::testing::HasSubstr("prompt 60 and generate 6; the network's context is 64"));
  spec.requests.pop_back();
  EXPECT_NO_THROW(check_requests(testing::tiny_gpt(), spec));
  EXPECT_THROW(check_requests(testing::tiny_bert(), spec), ArgumentError);
}

}  // namespace
}  // namespace ohm
