// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/config/visitor.h"

namespace ohm {

/// Visits a Spec that already has its values: nothing is missing, and what is given replaces only
/// itself. A component that is given, by name or inline, is a whole new one: it begins at its
/// defaults, which `resets` restores, by the component's key.
class Variation : public Visitor {
 public:
  using Resets = std::map<std::string, std::function<void()>>;

  Variation(Visitor& inner, const Resets& resets) : inner_(inner), resets_(resets) {}

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

 private:
  Visitor& inner_;
  const Resets& resets_;
};

}  // namespace ohm
