// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config/visitor.h"

namespace ohm {

using Json = nlohmann::ordered_json;

/// Writes a Spec as a JSON tree: quantities as SI numbers, or as text with units that YAML reads
/// back.
class ConfigWriter : public Visitor {
 public:
  enum class Quantities { si, text };
  explicit ConfigWriter(Quantities quantities) : quantities_(quantities) {}

  const Json& tree() const { return tree_; }

  using Visitor::value;
  void value(const Field& field, bool& value) override { put(field, value); }
  void value(const Field& field, Index& value) override;
  void value(const Field& field, double& value) override { put(field, value); }
  void value(const Field& field, std::string& value) override { put(field, value); }
  void value(const Field& field, std::vector<Index>& value) override { put(field, value); }
  void value(const Field& field, std::vector<double>& value) override { put(field, value); }
  void value(const Field& field, std::vector<std::string>& value) override { put(field, value); }
  void quantity(const Field& field, double& si, Dimension dimension) override;
  void group(const Field& field, const Walk& walk) override;
  void component(const Field& field, const std::string& folder, std::string& name,
                 const Walk& walk) override;
  void list(const Field& field, Index size,
            const std::function<void(Visitor&, Index)>& walk) override;
  void entries(const Field& field, std::vector<Override>& entries) override;
  void rule(bool, const std::string&, const std::string&) override {}

 private:
  template <class T>
  void put(const Field& field, const T& value) {
    tree_[field.name] = value;
  }

  Quantities quantities_;
  Json tree_ = Json::object();
};

/// The resolved configuration: every field with its value, as YAML that reads back to the same
/// Spec.
std::string to_yaml(const Json& tree);

template <class Spec>
Json resolved(Spec spec, ConfigWriter::Quantities quantities) {
  ConfigWriter writer(quantities);
  spec.visit(writer);
  return writer.tree();
}

}  // namespace ohm
