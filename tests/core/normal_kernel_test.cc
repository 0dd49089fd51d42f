// SPDX-License-Identifier: Apache-2.0
#include "core/normal_kernel.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <vector>

#include "core/random.h"

namespace ohm {
namespace {

constexpr StreamKey kKey{99, 12345, 200};
constexpr Counter kCounter{4000000000U, 7, 0xffffffff};
constexpr PhiloxSequence kSequence{99, 12345U << 8 | 200U, 4000000000U, 7, 0xffffffff};

/// Runs `body` once per instruction set this machine has, with the dispatcher pinned to it.
void on_every_target(const std::function<void()>& body) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    const testing::ScopedTrace trace(__FILE__, __LINE__, hwy::TargetName(target));
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

std::uint32_t bits(float x) {
  return std::bit_cast<std::uint32_t>(x);
}

TEST(NormalKernel, EqualsItsScalarTwinBitForBitOnEveryTarget) {
  on_every_target([] {
    for (const Index first : {0, 1, 2, 3, 4, 61, 1000003}) {
      for (const Index count : {0, 1, 2, 3, 4, 5, 31, 63, 64, 65, 257}) {
        std::vector<float> x(static_cast<std::size_t>(count) + 1, -100.0F);
        normal_kernel(kSequence, {first, count}, x.data());
        for (Index i = 0; i < count; ++i) {
          ASSERT_EQ(bits(x[static_cast<std::size_t>(i)]),
                    bits(normal_at(kKey, kCounter, first + i)));
        }
        ASSERT_EQ(x.back(), -100.0F) << "wrote past the end";
      }
    }
  });
}

TEST(NormalKernel, RowsAreSequencesOfNeighbouringCounters) {
  on_every_target([] {
    for (const Index count : {1, 3, 31, 64, 70, 129}) {
      constexpr Index kRows = 5, kFirst = 6, kGap = 2;
      const Index stride = count + kGap;
      std::vector<float> x(static_cast<std::size_t>(kRows * stride), -100.0F);
      normal_kernel(kSequence, {kFirst, count, kRows, stride}, x.data());
      for (Index r = 0; r < kRows; ++r) {
        const Counter counter{kCounter.c1, kCounter.c2, kCounter.c3 + static_cast<unsigned>(r)};
        for (Index i = 0; i < count; ++i) {
          ASSERT_EQ(bits(x[static_cast<std::size_t>(r * stride + i)]),
                    bits(normal_at(kKey, counter, kFirst + i)));
        }
        ASSERT_EQ(x[static_cast<std::size_t>(r * stride + count)], -100.0F) << "wrote into the gap";
      }
    }
  });
}

TEST(NormalKernel, LongSequencesHaveTheSameBitsOnEveryTarget) {
  constexpr Index n = 1 << 18;
  std::vector<float> twin(n);
  for (Index i = 0; i < n; ++i) twin[static_cast<std::size_t>(i)] = normal_at(kKey, kCounter, i);
  on_every_target([&] {
    std::vector<float> x(n);
    normal_kernel(kSequence, {0, n}, x.data());
    EXPECT_EQ(x, twin);
  });
}

TEST(NormalKernel, UniformsAreTheScalarOnesRoundedToFloat) {
  constexpr Index n = (1 << 16) + 3;
  on_every_target([] {
    std::vector<float> x(n);
    uniform_kernel(kSequence, 5, n, x.data());
    for (Index i = 0; i < n; ++i) {
      const auto exact = static_cast<float>(uniform_at(kKey, kCounter, 5 + i));
      ASSERT_EQ(x[static_cast<std::size_t>(i)], std::min(exact, box_muller::kBelowOne));
    }
  });
}

TEST(NormalKernel, UniformsStayBelowOneWhereFloatWouldRoundUp) {
  // The word behind this element, found by search, is 0xffffffcc.
  constexpr Index i = 44126575;
  ASSERT_EQ(static_cast<float>(uniform_at({}, {}, i)), 1.0F);
  on_every_target([] {
    float u = 0;
    uniform_kernel({}, i, 1, &u);
    EXPECT_EQ(u, 1 - 0x1p-24F);
  });
}

}  // namespace
}  // namespace ohm
