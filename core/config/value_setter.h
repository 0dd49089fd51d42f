// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/config/visitor.h"

namespace ohm {

/// A value to be set: a number (of quantities in SI units), a text (of quantities with its unit),
/// or a list of whole numbers.
using FieldValue = std::variant<double, std::string, std::vector<double>>;

/// Changes fields of a Spec that is there already, without YAML: for many variants of one file.
///
/// Ranges and rules are those that a reader checks; what a Spec derives from its fields while it is
/// visited is derived again. Parts that hold none of the keys are not visited. ConfigError "key:
/// found; expected" for an unknown key, a wrong type, a value out of range or a broken rule.
class ValueSetter : public Visitor {
 public:
  /// Dotted keys from the Spec that is visited.
  explicit ValueSetter(const std::map<std::string, FieldValue>& values) : values_(values) {}

  using Visitor::value;
  void value(const Field& field, bool& value) override;
  void value(const Field& field, Index& value) override;
  void value(const Field& field, double& value) override;
  void value(const Field& field, std::string& value) override;
  void value(const Field& field, std::vector<Index>& value) override;
  void value(const Field& field, std::vector<double>& value) override;
  void value(const Field& field, std::vector<std::string>& value) override;
  void quantity(const Field& field, double& si, Dimension dimension) override;
  void group(const Field& field, const Walk& walk) override;
  void component(const Field& field, const std::string& folder, std::string& name,
                 const Walk& walk) override;
  void list(const Field& field, Index size,
            const std::function<void(Visitor&, Index)>& walk) override;
  void entries(const Field& field, std::vector<Override>& entries) override;
  void rule(bool holds, const std::string& key, const std::string& message) override;

  /// After the visit: ConfigError where a rule was broken or a key was not found.
  void finish() const;
  /// After the visit: whether every key was found.
  bool found_all() const { return found_ == values_.size(); }

 private:
  const FieldValue* find(const std::string& name);
  bool holds_keys(const std::string& path) const;
  void set_number(const Field& field, double& value);
  void refuse_other_types(const Field& field);

  const std::map<std::string, FieldValue>& values_;
  std::string prefix_;  // of the part that is visited, with its dot
  size_t found_ = 0;
  std::string broken_;  // the first rule that does not hold
};

/// Sets the values in `spec`, which the caller throws away where that fails.
template <class Spec>
void set_values(Spec& spec, const std::map<std::string, FieldValue>& values) {
  if (values.empty()) return;
  ValueSetter setter(values);
  spec.visit(setter);
  setter.finish();
}

}  // namespace ohm
