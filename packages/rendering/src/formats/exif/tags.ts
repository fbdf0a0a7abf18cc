/**
 * Names of the fields of EXIF that are told, by tag: EXIF 2.32, 4.6.4 to 4.6.6. Everything else is left out: maker notes,
 * thumbnails, comments of users, and what describes the file rather than the photograph.
 */
export const imageTags: Tags = {
  0x01_0e: 'ImageDescription',
  0x01_0f: 'Make',
  0x01_10: 'Model',
  0x01_12: 'Orientation',
  0x01_1a: 'XResolution',
  0x01_1b: 'YResolution',
  0x01_28: 'ResolutionUnit',
  0x01_31: 'Software',
  0x01_32: 'DateTime',
  0x01_3b: 'Artist',
  0x82_98: 'Copyright',
}

export const photoTags: Tags = {
  0x82_9a: 'ExposureTime',
  0x82_9d: 'FNumber',
  0x88_22: 'ExposureProgram',
  0x88_27: 'PhotographicSensitivity',
  0x90_03: 'DateTimeOriginal',
  0x90_04: 'DateTimeDigitized',
  0x90_10: 'OffsetTime',
  0x90_11: 'OffsetTimeOriginal',
  0x90_12: 'OffsetTimeDigitized',
  0x92_01: 'ShutterSpeedValue',
  0x92_02: 'ApertureValue',
  0x92_03: 'BrightnessValue',
  0x92_04: 'ExposureBiasValue',
  0x92_05: 'MaxApertureValue',
  0x92_06: 'SubjectDistance',
  0x92_07: 'MeteringMode',
  0x92_08: 'LightSource',
  0x92_09: 'Flash',
  0x92_0a: 'FocalLength',
  0xa0_01: 'ColorSpace',
  0xa4_02: 'ExposureMode',
  0xa4_03: 'WhiteBalance',
  0xa4_04: 'DigitalZoomRatio',
  0xa4_05: 'FocalLengthIn35mmFilm',
  0xa4_06: 'SceneCaptureType',
  0xa4_08: 'Contrast',
  0xa4_09: 'Saturation',
  0xa4_0a: 'Sharpness',
  0xa4_32: 'LensSpecification',
  0xa4_33: 'LensMake',
  0xa4_34: 'LensModel',
}

/** Fields that tell the owner or the device. */
export const privatePhotoTags: Tags = {
  0xa4_20: 'ImageUniqueID',
  0xa4_30: 'CameraOwnerName',
  0xa4_31: 'BodySerialNumber',
  0xa4_35: 'LensSerialNumber',
}

export const privateImageTags: Tags = { 0xc6_2f: 'CameraSerialNumber' }

export const positionTags: Tags = {
  0x00_01: 'GPSLatitudeRef',
  0x00_02: 'GPSLatitude',
  0x00_03: 'GPSLongitudeRef',
  0x00_04: 'GPSLongitude',
  0x00_05: 'GPSAltitudeRef',
  0x00_06: 'GPSAltitude',
  0x00_07: 'GPSTimeStamp',
  0x00_0c: 'GPSSpeedRef',
  0x00_0d: 'GPSSpeed',
  0x00_10: 'GPSImgDirectionRef',
  0x00_11: 'GPSImgDirection',
  0x00_12: 'GPSMapDatum',
  0x00_1d: 'GPSDateStamp',
}

export type Tags = Readonly<Record<number, string>>
