// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/partial.h"

#include <utility>

namespace ohm {
namespace {

class NoiseAlone : public Device {
 public:
  explicit NoiseAlone(std::unique_ptr<Device> whole) : whole_(std::move(whole)) {}
  void visit(Visitor& v) override { whole_->visit(v); }
  Siemens programming_sigma(Siemens, const DeviceSpec&) const override { return Siemens(0.0); }
  Siemens white_noise(Siemens g, const DeviceSpec& cell) const override {
    return whole_->white_noise(g, cell);
  }
  Siemens flicker_noise(Siemens g, const DeviceSpec& cell) const override {
    return whole_->flicker_noise(g, cell);
  }
  std::unique_ptr<Device> clone() const override {
    return std::make_unique<NoiseAlone>(whole_->clone());
  }

 private:
  std::unique_ptr<Device> whole_;
};

class ErrorsAlone : public Device {
 public:
  explicit ErrorsAlone(std::unique_ptr<Device> whole) : whole_(std::move(whole)) {}
  void visit(Visitor& v) override { whole_->visit(v); }
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override {
    return whole_->programming_sigma(g, cell);
  }
  bool errs_at_rest() const override { return whole_->errs_at_rest(); }
  std::optional<DeviceViolation> violation(const DeviceSpec& cell) const override {
    return whole_->violation(cell);
  }
  Spread landing(Siemens g, const DeviceSpec& cell) const override {
    return whole_->landing(g, cell);
  }
  double landed(const Spread& landing, double normal) const override {
    return whole_->landed(landing, normal);
  }
  bool drifts() const override { return whole_->drifts(); }
  Spread drift(Siemens g, const DeviceSpec& cell) const override { return whole_->drift(g, cell); }
  double drifted(double g, const Spread& drift, double normal,
                 const DeviceSpec& cell) const override {
    return whole_->drifted(g, drift, normal, cell);
  }
  Siemens white_noise(Siemens, const DeviceSpec&) const override { return Siemens(0.0); }
  Siemens floor(const DeviceSpec& cell) const override { return whole_->floor(cell); }
  Siemens ceiling(const DeviceSpec& cell) const override { return whole_->ceiling(cell); }
  std::unique_ptr<Device> clone() const override {
    return std::make_unique<ErrorsAlone>(whole_->clone());
  }

 private:
  std::unique_ptr<Device> whole_;
};

}  // namespace

std::unique_ptr<Device> noise_alone(const DeviceSpec& cell) {
  return std::make_unique<NoiseAlone>(cell.model->clone());
}

std::unique_ptr<Device> errors_alone(const DeviceSpec& cell) {
  return std::make_unique<ErrorsAlone>(cell.model->clone());
}

}  // namespace ohm
