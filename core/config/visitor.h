// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/config/field.h"
#include "core/units.h"

namespace ohm {

/// One value that replaces whatever the files say: `macro.adc.bits` = `6`.
struct Override {
  std::string key;     ///< dotted path from the Spec that is read
  std::string value;   ///< YAML text
  std::string origin;  ///< shown in messages: "--set macro.adc.bits=6"
};

/// Walks the fields of a Spec, which lists each of them once in `void visit(Visitor&)`.
///
/// The same list reads YAML, writes the resolved configuration and makes Python's to_dict().
class Visitor {
 public:
  using Walk = std::function<void(Visitor&)>;

  virtual ~Visitor() = default;

  virtual void value(const Field& field, bool& value) = 0;
  virtual void value(const Field& field, Index& value) = 0;
  virtual void value(const Field& field, double& value) = 0;
  virtual void value(const Field& field, std::string& value) = 0;
  virtual void value(const Field& field, std::vector<Index>& value) = 0;
  virtual void value(const Field& field, std::vector<double>& value) = 0;
  virtual void value(const Field& field, std::vector<std::string>& value) = 0;
  virtual void quantity(const Field& field, double& si, Dimension dimension) = 0;

  /// A nested Spec.
  virtual void group(const Field& field, const Walk& walk) = 0;

  /// A nested Spec that may be given inline, by path, or by its name in `configs/<folder>`.
  virtual void component(const Field& field, const std::string& folder, std::string& name,
                         const Walk& walk) = 0;

  /// A list of nested Specs; `walk(visitor, i)` visits (and, when reading, appends) entry i.
  virtual void list(const Field& field, Index size,
                    const std::function<void(Visitor&, Index)>& walk) = 0;

  /// A map whose keys the Spec does not know: dotted keys and YAML texts, with their places.
  virtual void entries(const Field& field, std::vector<Override>& entries) = 0;

  /// A rule between fields: `holds` or the message is reported at `key`, a field of this Spec.
  virtual void rule(bool holds, const std::string& key, const std::string& message) = 0;

  template <Dimension D>
  void value(const Field& field, Quantity<D>& value) {
    double si = value.si();
    quantity(field, si, D);
    value = Quantity<D>(si);
  }
  template <class Spec>
  void nested(const Field& field, Spec& spec) {
    group(field, [&spec](Visitor& v) { spec.visit(v); });
  }
  template <class Spec>
  void nested_component(const Field& field, const std::string& folder, Spec& spec) {
    component(field, folder, spec.name, [&spec](Visitor& v) { spec.visit(v); });
  }
  template <class Spec>
  void nested_list(const Field& field, std::vector<Spec>& specs) {
    list(field, static_cast<Index>(specs.size()), [&specs](Visitor& v, Index i) {
      if (static_cast<size_t>(i) >= specs.size()) specs.resize(static_cast<size_t>(i) + 1);
      specs[static_cast<size_t>(i)].visit(v);
    });
  }
};

}  // namespace ohm
