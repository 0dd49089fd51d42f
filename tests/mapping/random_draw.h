// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <iterator>
#include <random>

#include "core/index.h"

namespace ohm::testing {

/// Choices at random, the same for every run of a seed.
class RandomDraw {
 public:
  explicit RandomDraw(unsigned seed) : random_(seed) {}

  Index number(Index low, Index high) {
    return std::uniform_int_distribution<Index>(low, high)(random_);
  }
  template <class T>
  T one_of(std::initializer_list<T> choices) {
    return *(choices.begin() + number(0, std::ssize(choices) - 1));
  }

 private:
  std::mt19937 random_;
};

}  // namespace ohm::testing
