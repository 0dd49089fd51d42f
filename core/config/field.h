// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/index.h"

namespace ohm {

/// One entry of a Spec: its key, what it means, and which values are allowed.
class Field {
 public:
  Field(std::string key, std::string meaning) : name(std::move(key)), doc(std::move(meaning)) {}

  Field&& must() && { return required = true, std::move(*this); }
  Field&& between(double low, double high) && {
    return minimum = low, maximum = high, std::move(*this);
  }
  Field&& at_least(double low) && { return minimum = low, std::move(*this); }
  Field&& positive() && { return minimum = 0.0, open = true, std::move(*this); }
  Field&& one_of(std::vector<std::string> allowed) && {
    return choices = std::move(allowed), std::move(*this);
  }
  /// Words that the language knows but this version does not support yet.
  Field&& later(std::vector<std::string> known) && {
    return planned = std::move(known), std::move(*this);
  }
  /// A word that stands for a number: `bits: auto`.
  Field&& word(std::string text, Index value) && {
    return words.emplace_back(std::move(text), value), std::move(*this);
  }

  std::string name, doc;
  bool required = false;
  bool open = false;  ///< the minimum itself is excluded
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices, planned;
  std::vector<std::pair<std::string, Index>> words;

  bool allows(double value) const {
    return (open ? value > minimum : value >= minimum) && value <= maximum;
  }
};

}  // namespace ohm
