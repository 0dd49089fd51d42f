// SPDX-License-Identifier: Apache-2.0
#include "core/config/value_setter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

[[noreturn]] void refuse(const std::string& key, const std::string& found,
                         const std::string& expected) {
  throw ConfigError(fmt::format("{}: {}; expected {}", key, found, expected));
}

std::string range_of(const Field& field) {
  return fmt::format("{} {} and at most {}", field.open ? "more than" : "at least", field.minimum,
                     field.maximum);
}

Index whole(const std::string& key, double number) {
  constexpr double kLargest = 9e15;
  if (number == std::floor(number) && std::abs(number) <= kLargest) {
    return static_cast<Index>(number);
  }
  refuse(key, fmt::format("{}", number), "a whole number");
}

double number_in(const std::string& key, const FieldValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  refuse(key, "no number", "a number, in SI units where the field has a unit");
}

}  // namespace

const FieldValue* ValueSetter::find(const std::string& name) {
  const auto at = values_.find(prefix_ + name);
  if (at == values_.end()) return nullptr;
  ++found_;
  return &at->second;
}

bool ValueSetter::holds_keys(const std::string& path) const {
  const auto at = values_.lower_bound(path);
  return at != values_.end() && at->first.starts_with(path);
}

void ValueSetter::set_number(const Field& field, double& value) {
  const FieldValue* given = find(field.name);
  if (given == nullptr) return;
  const double number = number_in(prefix_ + field.name, *given);
  if (!std::isfinite(number) || !field.allows(number)) {
    refuse(prefix_ + field.name, fmt::format("{}", number), range_of(field));
  }
  value = number;
}

void ValueSetter::value(const Field& field, bool& value) {
  const FieldValue* given = find(field.name);
  if (given == nullptr) return;
  const double number = number_in(prefix_ + field.name, *given);
  if (number != 0.0 && number != 1.0) {
    refuse(prefix_ + field.name, fmt::format("{}", number), "0 or 1");
  }
  value = number == 1.0;
}

void ValueSetter::value(const Field& field, Index& value) {
  if (!holds_keys(prefix_ + field.name)) return;
  auto number = static_cast<double>(value);
  set_number(field, number);
  value = whole(prefix_ + field.name, number);
}

void ValueSetter::value(const Field& field, double& value) {
  set_number(field, value);
}

void ValueSetter::quantity(const Field& field, double& si, Dimension dimension) {
  const auto at = values_.find(prefix_ + field.name);
  const auto* text = at == values_.end() ? nullptr : std::get_if<std::string>(&at->second);
  if (text == nullptr) return set_number(field, si);
  ++found_;
  si = parse_quantity(*text, dimension);
  if (!field.allows(si)) refuse(at->first, *text, range_of(field));
}

void ValueSetter::value(const Field& field, std::string& value) {
  const FieldValue* given = find(field.name);
  if (given == nullptr) return;
  const auto* text = std::get_if<std::string>(given);
  if (text == nullptr) refuse(prefix_ + field.name, "a number", "a text");
  const auto& choices = field.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), *text) == choices.end()) {
    refuse(prefix_ + field.name, fmt::format("'{}'", *text),
           fmt::format("one of: {}", fmt::join(choices, ", ")));
  }
  value = *text;
}

void ValueSetter::value(const Field& field, std::vector<Index>& value) {
  const FieldValue* given = find(field.name);
  if (given == nullptr) return;
  const std::string key = prefix_ + field.name;
  const auto* numbers = std::get_if<std::vector<double>>(given);
  if (numbers == nullptr) refuse(key, "no list", "a list of whole numbers");
  value.clear();
  for (const double number : *numbers) {
    if (!field.allows(number)) refuse(key, fmt::format("{}", number), range_of(field));
    value.push_back(whole(key, number));
  }
}

void ValueSetter::refuse_other_types(const Field& field) {
  if (find(field.name) == nullptr) return;
  refuse(prefix_ + field.name, "a field of another type",
         "a number, a text or a list of whole numbers");
}

void ValueSetter::value(const Field& field, std::vector<double>&) {
  refuse_other_types(field);
}

void ValueSetter::value(const Field& field, std::vector<std::string>&) {
  refuse_other_types(field);
}

void ValueSetter::group(const Field& field, const Walk& walk) {
  if (!holds_keys(prefix_ + field.name + ".")) return;
  const std::string outer = std::exchange(prefix_, prefix_ + field.name + ".");
  walk(*this);
  prefix_ = outer;
}

void ValueSetter::component(const Field& field, const std::string&, std::string&,
                            const Walk& walk) {
  group(field, walk);
}

void ValueSetter::list(const Field& field, Index, const std::function<void(Visitor&, Index)>&) {
  if (holds_keys(prefix_ + field.name + ".")) refuse(prefix_ + field.name, "a list", "other keys");
}

void ValueSetter::entries(const Field&, std::vector<Override>&) {}

void ValueSetter::rule(bool holds, const std::string& key, const std::string& message) {
  if (!holds && broken_.empty()) broken_ = prefix_ + key + ": " + message;
}

void ValueSetter::finish() const {
  if (!broken_.empty()) throw ConfigError(broken_);
  if (found_all()) return;
  std::vector<std::string> keys;
  for (const auto& [key, value] : values_) keys.push_back(key);
  throw ConfigError(fmt::format("{}: not all of these are known; expected keys of the description",
                                fmt::join(keys, ", ")));
}

}  // namespace ohm
