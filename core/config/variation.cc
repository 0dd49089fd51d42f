// SPDX-License-Identifier: Apache-2.0
#include "core/config/variation.h"

namespace ohm {
namespace {

Field optional(Field field) {
  field.required = false;
  return field;
}

}  // namespace

void Variation::value(const Field& field, bool& value) {
  inner_.value(optional(field), value);
}
void Variation::value(const Field& field, Index& value) {
  inner_.value(optional(field), value);
}
void Variation::value(const Field& field, double& value) {
  inner_.value(optional(field), value);
}
void Variation::value(const Field& field, std::string& value) {
  inner_.value(optional(field), value);
}
void Variation::value(const Field& field, std::vector<Index>& value) {
  inner_.value(optional(field), value);
}
void Variation::value(const Field& field, std::vector<double>& value) {
  inner_.value(optional(field), value);
}
void Variation::value(const Field& field, std::vector<std::string>& value) {
  inner_.value(optional(field), value);
}
void Variation::quantity(const Field& field, double& si, Dimension dimension) {
  inner_.quantity(optional(field), si, dimension);
}
void Variation::entries(const Field& field, std::vector<Override>& entries) {
  inner_.entries(optional(field), entries);
}
void Variation::rule(bool holds, const std::string& key, const std::string& message) {
  inner_.rule(holds, key, message);
}

void Variation::group(const Field& field, const Walk& walk) {
  inner_.group(optional(field), [&](Visitor& inside) {
    Variation varied(inside, resets_);
    walk(varied);
  });
}

/// A reader that finds the component sets its name; a nameless one that it does not find it leaves
/// as it is.
void Variation::component(const Field& field, const std::string& folder, std::string& name,
                          const Walk& walk) {
  std::string given;
  inner_.component(optional(field), folder, given, [&](Visitor& inside) {
    if (given.empty()) {
      Variation varied(inside, resets_);
      return walk(varied);
    }
    const auto reset = resets_.find(field.name);
    if (reset != resets_.end()) reset->second();
    walk(inside);
  });
  if (!given.empty()) name = given;
}

/// A list that is given replaces the whole list, entry by entry.
void Variation::list(const Field& field, Index size,
                     const std::function<void(Visitor&, Index)>& walk) {
  inner_.list(optional(field), size, [&](Visitor& inside, Index i) {
    const auto reset = resets_.find(field.name);
    if (i == 0 && reset != resets_.end()) reset->second();
    walk(inside, i);
  });
}

}  // namespace ohm
