"""What a camera adds (抓拍、扫码): optional, by OpenCV, imported late; the door needs none."""
