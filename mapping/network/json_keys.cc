// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/json_keys.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "core/error.h"
#include "core/spelling.h"
#include "core/strict_json.h"

namespace ohm {
namespace {

using nlohmann::json;

json parse(const std::string& text, const std::string& shown) {
  json root = parse_strict_json(text, shown, "mend the file there");
  if (root.is_object()) return root;
  throw ConfigError(
      fmt::format("{}: {} found; expected an object of \"key\": value", shown, root.type_name()));
}

/// The value, for a message.
std::string shown_value(const json& value) {
  return value.is_structured() ? value.type_name() : in_quotes(value.dump());
}

}  // namespace

JsonKeys::JsonKeys(const std::string& text, std::string shown)
    : shown_(std::move(shown)), root_(parse(text, shown_)) {}

void JsonKeys::refuse(const std::string& key, const std::string& message) const {
  throw ConfigError(fmt::format("{}: {}: {}", shown_, key, message));
}

bool JsonKeys::contains(const std::string& key) const {
  return find({key}) != nullptr;
}

const json* JsonKeys::find(const std::vector<std::string>& spellings) const {
  const json* found = nullptr;
  for (const std::string& key : spellings) {
    const auto at = root_.find(key);
    if (at == root_.end() || at->is_null()) continue;
    if (found && *found != *at) {
      refuse(key, fmt::format("{} found; expected {}, which is given under its other name",
                              shown_value(*at), shown_value(*found)));
    }
    if (!found) found = &*at;
  }
  return found;
}

std::string JsonKeys::spelling(const std::vector<std::string>& spellings) const {
  for (const std::string& key : spellings) {
    if (contains(key)) return key;
  }
  return spellings.at(0);
}

Index JsonKeys::whole(const std::vector<std::string>& spellings, Index otherwise) const {
  const json* value = find(spellings);
  if (!value) return otherwise;
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() ||
                     value->get<std::uint64_t>() <=
                         static_cast<std::uint64_t>(std::numeric_limits<Index>::max()));
  if (!fits) {
    refuse(spelling(spellings),
           fmt::format("{} found; expected a whole number", shown_value(*value)));
  }
  return value->get<Index>();
}

double JsonKeys::real(const std::string& key, double otherwise) const {
  const json* value = find({key});
  if (!value) return otherwise;
  if (!value->is_number()) {
    refuse(key, fmt::format("{} found; expected a number", shown_value(*value)));
  }
  return value->get<double>();
}

bool JsonKeys::flag(const std::string& key, bool otherwise) const {
  const json* value = find({key});
  if (!value) return otherwise;
  if (!value->is_boolean()) {
    refuse(key, fmt::format("{} found; expected true or false", shown_value(*value)));
  }
  return value->get<bool>();
}

std::string JsonKeys::word(const std::vector<std::string>& spellings,
                           const std::string& otherwise) const {
  const json* value = find(spellings);
  if (!value) return otherwise;
  if (!value->is_string()) {
    refuse(spelling(spellings), fmt::format("{} found; expected a word", shown_value(*value)));
  }
  return value->get<std::string>();
}

}  // namespace ohm
