//! Chooses the device of the training thread, with a reason that the user can read.

use candle_core::Device;

use crate::protocol::{DeviceChoice, DeviceInfo};
use crate::text::{Phrase, phrase};

/// The device, and why this one. Falls back to the CPU when a GPU that this build could use does not answer.
pub fn choose(choice: DeviceChoice, threads: usize) -> (Device, DeviceInfo) {
    let cpu = |reason: Phrase| (Device::Cpu, DeviceInfo { name: "cpu".to_owned(), threads, reason });
    if choice == DeviceChoice::Cpu {
        return cpu(phrase!("device-cpu-asked"));
    }
    let gpu: Option<(&str, candle_core::Result<Device>)> = if cfg!(feature = "cuda") {
        Some(("cuda:0", Device::new_cuda(0)))
    } else if cfg!(feature = "metal") {
        Some(("metal:0", Device::new_metal(0)))
    } else {
        None
    };
    match gpu {
        None => cpu(phrase!("device-no-gpu")),
        Some((name, Ok(device))) => {
            let reason = phrase!("device-gpu");
            (device, DeviceInfo { name: name.to_owned(), threads, reason })
        }
        Some((name, Err(error))) => cpu(phrase!("device-gpu-silent", name = name, problem = first_line(&error))),
    }
}

/// Threads of the pool: one for each physical core.
pub fn threads() -> usize {
    num_cpus::get_physical().min(std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}

/// This engine and this processor, for the metadata of checkpoints.
pub fn engine_name(device: &DeviceInfo) -> String {
    format!("stillroom {} on {} ({})", env!("CARGO_PKG_VERSION"), device.name, processor())
}

/// What the processor is called, where the system tells.
pub(super) fn processor() -> String {
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// What the device says went wrong.
pub(super) fn of_device(error: &candle_core::Error) -> Phrase {
    phrase!("device-failed", problem = first_line(error))
}

/// candle adds a backtrace to its messages when the environment asks for one.
pub(super) fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
